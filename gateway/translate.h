#ifndef KOZMIC_GATEWAY_TRANSLATE_H_
#define KOZMIC_GATEWAY_TRANSLATE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "kozmic/auth/v1/auth.pb.h"
#include "kozmic/build/v1/build.pb.h"
#include "kozmic/project/v1/project.pb.h"
#include "nlohmann/json.hpp"

namespace kozmic::gateway {

// The services' messages as the JSON of API.md. Missing times and numbers are null.
nlohmann::json ToJson(const auth::v1::User& user);
// `latest_build` is a Build or null.
nlohmann::json ToJson(const project::v1::Project& project, nlohmann::json latest_build);
nlohmann::json ToJson(const project::v1::Hook& hook);
nlohmann::json ToJson(const build::v1::Build& build);

// The last number of a resource name ("projects/7/builds/3" → 3); 0 when it has none.
int64_t LastNumber(absl::string_view name);

// "logs/7-3-1-2" → "7/3/1/2", as browsers know a log; empty when it is not such a name.
std::string LogId(absl::string_view log_name);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TRANSLATE_H_
