#ifndef KOZMIC_GATEWAY_TRANSLATE_PROJECT_H_
#define KOZMIC_GATEWAY_TRANSLATE_PROJECT_H_

#include "absl/strings/string_view.h"
#include "kozmic/project/v1/project.pb.h"
#include "nlohmann/json.hpp"

namespace kozmic::gateway {

// What ProjectService says, as the JSON of API.md.

// `latest_build` is a Build or null.
nlohmann::json ToJson(const project::v1::Project& project, nlohmann::json latest_build);
// Members.
nlohmann::json ToJson(const project::v1::ListMembersResponse& members);
nlohmann::json ToJson(const project::v1::Hook& hook);
// One of a restoration's.
nlohmann::json ToJson(const project::v1::RestoreHooksResponse::Result& result);
nlohmann::json ToJson(const project::v1::Secret& secret);
nlohmann::json ToJson(const project::v1::DeployKey& key);
nlohmann::json ToJson(const project::v1::Badge& badge);
nlohmann::json ToJson(const project::v1::Repository& repository);
nlohmann::json ToJson(const project::v1::RepositorySync& sync);

// "push", "pull_request", "tag"; EVENT_UNSPECIFIED for any other word.
project::v1::Hook::Event ParseHookEvent(absl::string_view word);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TRANSLATE_PROJECT_H_
