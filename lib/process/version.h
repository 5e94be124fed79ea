#ifndef KOZMIC_LIB_PROCESS_VERSION_H_
#define KOZMIC_LIB_PROCESS_VERSION_H_

namespace kozmic {

// Of the whole of Kozmic CI; CHANGELOG.md tells what each brought.
inline constexpr char kVersion[] = "0.1.0";

}  // namespace kozmic

#endif  // KOZMIC_LIB_PROCESS_VERSION_H_
