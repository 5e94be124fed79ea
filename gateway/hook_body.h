#ifndef KOZMIC_GATEWAY_HOOK_BODY_H_
#define KOZMIC_GATEWAY_HOOK_BODY_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "kozmic/project/v1/project.pb.h"

namespace kozmic::gateway {

// Two scripts of at most 1 MB each, and services of 80 KB; in JSON each byte may take six.
inline constexpr size_t kLargestHook = 14 << 20;

// API.md's HookFields, which are a JSON object. INVALID_ARGUMENT, with the detail "field" where it
// is one field's.
absl::Status ReadHook(const std::string& text, project::v1::Hook* hook);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_HOOK_BODY_H_
