#ifndef KOZMIC_LIB_RPC_METADATA_H_
#define KOZMIC_LIB_RPC_METADATA_H_

namespace kozmic {

// What the metadata of a call names its trace by, as W3C Trace Context does.
inline constexpr char kTraceparent[] = "traceparent";

}  // namespace kozmic

#endif  // KOZMIC_LIB_RPC_METADATA_H_
