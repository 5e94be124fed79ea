#ifndef KOZMIC_LIB_RPC_RESOURCE_NAME_H_
#define KOZMIC_LIB_RPC_RESOURCE_NAME_H_

#include <cstdint>
#include <initializer_list>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kozmic {

// Takes the numbers out of a resource name:
//   int64_t project, build;
//   ParseName("projects/{project}/builds/{build}", name, {&project, &build})
// Numbers are decimal, 1 to 2^63 - 1, without sign or leading zero. INVALID_ARGUMENT names pattern
// and name.
absl::Status ParseName(absl::string_view pattern, absl::string_view name,
                       std::initializer_list<int64_t*> numbers);

}  // namespace kozmic

#endif  // KOZMIC_LIB_RPC_RESOURCE_NAME_H_
