#ifndef KOZMIC_GATEWAY_TRANSLATE_PROJECT_H_
#define KOZMIC_GATEWAY_TRANSLATE_PROJECT_H_

#include "absl/strings/string_view.h"
#include "gateway/json_text.h"
#include "kozmic/project/v1/project.pb.h"

namespace kozmic::gateway {

// What ProjectService says, as the JSON of API.md.

// `latest_build` is a Build or null.
JsonText ToJson(const project::v1::Project& project, const JsonValue& latest_build);
// Members.
JsonText ToJson(const project::v1::ListMembersResponse& members);
JsonText ToJson(const project::v1::Hook& hook);
// One of a restoration's.
JsonText ToJson(const project::v1::RestoreHooksResponse::Result& result);
JsonText ToJson(const project::v1::Secret& secret);
JsonText ToJson(const project::v1::RegistryCredential& credential);
JsonText ToJson(const project::v1::DeployKey& key);
JsonText ToJson(const project::v1::Badge& badge);
JsonText ToJson(const project::v1::Repository& repository);
JsonText ToJson(const project::v1::RepositorySync& sync);

// "push", "pull_request", "tag"; EVENT_UNSPECIFIED for any other word.
project::v1::Hook::Event ParseHookEvent(absl::string_view word);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TRANSLATE_PROJECT_H_
