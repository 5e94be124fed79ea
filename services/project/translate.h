#ifndef KOZMIC_SERVICES_PROJECT_TRANSLATE_H_
#define KOZMIC_SERVICES_PROJECT_TRANSLATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "kozmic/project/v1/project.pb.h"
#include "services/project/project_store.h"
#include "services/project/projects.h"
#include "services/project/webhook_inbox.h"

namespace kozmic::project {

// Between what the domain says and what the protocol says.
void Translate(const MemberProject& project, v1::Project* out);
void Translate(const HookRecord& hook, v1::Hook* out);
v1::AcceptWebhookResponse::Disposition Translate(Disposition disposition);

// INVALID_ARGUMENT for what the protocol does not name.
absl::StatusOr<Permission> TranslatePermission(v1::Permission permission);
// GitHub's word for a state.
absl::StatusOr<std::string> TranslateState(v1::ReportCommitStatusRequest::State state);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_TRANSLATE_H_
