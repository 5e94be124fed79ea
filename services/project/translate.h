#ifndef KOZMIC_SERVICES_PROJECT_TRANSLATE_H_
#define KOZMIC_SERVICES_PROJECT_TRANSLATE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "kozmic/project/v1/project.pb.h"
#include "services/project/access/access_store.h"
#include "services/project/access/roles.h"
#include "services/project/clients/user_directory.h"
#include "services/project/credentials/credential_store.h"
#include "services/project/credentials/registry_store.h"
#include "services/project/hooks/hooks.h"
#include "services/project/projects/badges.h"
#include "services/project/projects/project_store.h"
#include "services/project/webhooks/webhook_inbox.h"

namespace kozmic::project {

// Between what the domain says and what the protocol says.
void Translate(const UserSyncRecord& sync, v1::RepositorySync* out);
void Translate(const UserRepository& repository, v1::Repository* out);
void Translate(const MemberProject& project, v1::Project* out);
void Translate(const KnownUser& user, Role role, v1::Member* out);
void TranslateSync(const ProjectRecord& project, v1::ListMembersResponse* out);
void Translate(const HookRecord& hook, v1::Hook* out);
void Translate(const Hooks::Restored& restored, v1::RestoreHooksResponse::Result* out);
void Translate(int64_t project_id, const SecretRecord& secret, v1::Secret* out);
void Translate(int64_t project_id, const RegistryRecord& record, v1::RegistryCredential* out);
void Translate(const DeployKeyRecord& key, v1::DeployKey* out);
void Translate(const ProjectRecord& project, const Badges::Badge& badge, v1::Badge* out);
void Translate(int64_t project_id, const DeliveryRecord& delivery, v1::Delivery* out);
// Its body is that of `webhook`, which must outlive it.
IncomingWebhook Translate(const v1::Webhook& webhook);
v1::AcceptWebhooksResponse::Disposition Translate(Disposition disposition);

// What a user sets of a hook, unchecked; an event that the protocol does not name is none that
// ValidateHook accepts.
HookFields TranslateFields(const v1::Hook& hook);

// INVALID_ARGUMENT for what the protocol does not name.
absl::StatusOr<Permission> TranslatePermission(v1::Permission permission);
// nullopt: any.
absl::StatusOr<std::optional<DeliveryState>> TranslateState(v1::Delivery::State state);
// GitHub's word for a state.
absl::StatusOr<std::string> TranslateState(v1::ReportCommitStatusRequest::State state);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_TRANSLATE_H_
