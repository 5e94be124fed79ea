#ifndef KOZMIC_GATEWAY_SETTINGS_BODY_H_
#define KOZMIC_GATEWAY_SETTINGS_BODY_H_

#include <string>

#include "absl/status/status.h"
#include "kozmic/build/v1/build.pb.h"

namespace kozmic::gateway {

// API.md's Settings, which are a JSON object. INVALID_ARGUMENT, with the detail "field" where it is
// one field's.
absl::Status ReadSettings(const std::string& text, build::v1::ProjectSettings* settings);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_SETTINGS_BODY_H_
