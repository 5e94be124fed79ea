#include "services/project/translate.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/project/clients/job_spec.h"
#include "services/project/credentials/secrets.h"

namespace kozmic::project {
namespace {

google::protobuf::Timestamp Timestamp(absl::Time time) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

bool IsKnown(absl::Time time) { return time != absl::InfinitePast(); }

v1::RepositorySync::State StateOf(const UserSyncRecord& sync) {
  if (sync.running) return v1::RepositorySync::STATE_RUNNING;
  if (!sync.error_reason.empty()) return v1::RepositorySync::STATE_FAILED;
  return IsKnown(sync.success_time) ? v1::RepositorySync::STATE_DONE
                                    : v1::RepositorySync::STATE_NEVER;
}

v1::DeployKey::State StateOf(const DeployKeyRecord& key) {
  if (!key.error.empty() || !IsKnown(key.check_time)) return v1::DeployKey::STATE_UNKNOWN;
  return key.github_key_id.has_value() ? v1::DeployKey::STATE_PRESENT
                                       : v1::DeployKey::STATE_MISSING;
}

}  // namespace

void Translate(const UserSyncRecord& sync, v1::RepositorySync* out) {
  out->set_state(StateOf(sync));
  out->set_pages_done(sync.pages_done);
  out->set_pages_total(sync.pages_total);
  out->set_repositories(sync.repositories);
  if (IsKnown(sync.start_time)) *out->mutable_start_time() = Timestamp(sync.start_time);
  if (IsKnown(sync.success_time)) *out->mutable_success_time() = Timestamp(sync.success_time);
  if (out->state() == v1::RepositorySync::STATE_FAILED) {
    out->set_error_reason(sync.error_reason);
    out->set_error(sync.error);
  }
}

void Translate(const UserRepository& repository, v1::Repository* out) {
  out->set_full_name(repository.repository);
  out->set_repository_id(repository.repository_id);
  out->set_owner_login(repository.repository.substr(0, repository.repository.find('/')));
  out->set_owner_avatar_url(repository.owner_avatar_url);
  out->set_owner_is_organization(repository.owner_is_organization);
  out->set_private_(repository.is_private);
  out->set_description(repository.description);
  out->set_url(repository.url);
}

void Translate(const MemberProject& member, v1::Project* out) {
  const ProjectRecord& project = member.project;
  out->set_name(absl::StrCat("projects/", project.project_id));
  out->set_repository(project.facts.repository);
  out->set_repository_id(project.facts.repository_id);
  out->set_private_(project.facts.is_private);
  out->set_url(project.facts.url);
  out->set_default_branch(project.facts.default_branch);
  out->set_role(static_cast<v1::Role>(member.role));
  *out->mutable_create_time() = Timestamp(project.create_time);
  if (IsKnown(project.sync_time)) *out->mutable_sync_time() = Timestamp(project.sync_time);
  out->set_sync_error(project.sync_error);
}

void Translate(const KnownUser& user, Role role, v1::Member* out) {
  out->set_user(absl::StrCat("users/", user.user_id));
  out->set_login(user.login);
  out->set_display_name(user.display_name);
  out->set_avatar_url(user.avatar_url);
  out->set_role(static_cast<v1::Role>(role));
}

void TranslateSync(const ProjectRecord& project, v1::ListMembersResponse* out) {
  if (IsKnown(project.sync_time)) *out->mutable_sync_time() = Timestamp(project.sync_time);
  out->set_sync_error(project.sync_error);
}

void Translate(const HookRecord& hook, v1::Hook* out) {
  const HookFields& fields = hook.fields;
  out->set_name(absl::StrCat("projects/", hook.project_id, "/hooks/", hook.hook_id));
  out->set_title(fields.title);
  out->set_image(fields.image);
  out->set_script(fields.script);
  out->set_install_script(fields.install_script);
  out->mutable_tracked_files()->Assign(fields.tracked_files.begin(), fields.tracked_files.end());
  out->set_disabled(!fields.enabled);
  out->mutable_branches()->Assign(fields.branches.begin(), fields.branches.end());
  if ((fields.events & kOnPush) != 0) out->add_events(v1::Hook::EVENT_PUSH);
  if ((fields.events & kOnPullRequest) != 0) out->add_events(v1::Hook::EVENT_PULL_REQUEST);
  if ((fields.events & kOnTag) != 0) out->add_events(v1::Hook::EVENT_TAG);
  out->mutable_labels()->Assign(fields.labels.begin(), fields.labels.end());
  out->set_timeout_seconds(fields.timeout_seconds);
  out->set_stall_timeout_seconds(fields.stall_timeout_seconds);
  out->set_max_parallel(fields.max_parallel);
  FillServices(fields.services, out->mutable_services());
  *out->mutable_create_time() = Timestamp(hook.create_time);
  *out->mutable_update_time() = Timestamp(hook.update_time);
}

void Translate(const Hooks::Restored& restored, v1::RestoreHooksResponse::Result* out) {
  out->set_hook(
      absl::StrCat("projects/", restored.hook.project_id, "/hooks/", restored.hook.hook_id));
  out->set_title(restored.hook.fields.title);
  switch (restored.outcome) {
    case Hooks::Outcome::kUntouched:
      return out->set_outcome(v1::RestoreHooksResponse::OUTCOME_UNTOUCHED);
    case Hooks::Outcome::kRecreated:
      return out->set_outcome(v1::RestoreHooksResponse::OUTCOME_RECREATED);
    case Hooks::Outcome::kEdited:
      return out->set_outcome(v1::RestoreHooksResponse::OUTCOME_EDITED);
  }
}

void Translate(int64_t project_id, const SecretRecord& secret, v1::Secret* out) {
  out->set_name(absl::StrCat("projects/", project_id, "/secrets/", secret.name));
  *out->mutable_update_time() = Timestamp(secret.update_time);
  out->set_masked(secret.size >= kShortestMasked);
}

void Translate(int64_t project_id, const RegistryRecord& record, v1::RegistryCredential* out) {
  out->set_name(absl::StrCat("projects/", project_id, "/registries/", record.registry));
  out->set_username(record.username);
  *out->mutable_update_time() = Timestamp(record.update_time);
}

void Translate(const DeployKeyRecord& key, v1::DeployKey* out) {
  out->set_name(absl::StrCat("projects/", key.project_id, "/deployKey"));
  out->set_type(key.public_key.substr(0, key.public_key.find(' ')));
  out->set_public_key(key.public_key);
  out->set_fingerprint(key.fingerprint);
  out->set_state(StateOf(key));
  out->set_error(key.error);
  *out->mutable_create_time() = Timestamp(key.create_time);
  if (IsKnown(key.check_time)) *out->mutable_check_time() = Timestamp(key.check_time);
}

void Translate(const ProjectRecord& project, const Badges::Badge& badge, v1::Badge* out) {
  out->set_name(absl::StrCat("projects/", project.project_id, "/badge"));
  out->set_url(badge.url);
  out->set_token(badge.token);
  out->set_default_branch(project.facts.default_branch);
}

void Translate(int64_t project_id, const DeliveryRecord& delivery, v1::Delivery* out) {
  const std::string project = absl::StrCat("projects/", project_id);
  out->set_name(absl::StrCat(project, "/deliveries/", delivery.delivery_id));
  out->set_hook(absl::StrCat(project, "/hooks/", delivery.hook_id));
  out->set_hook_title(delivery.hook_title);
  out->set_guid(delivery.guid);
  out->set_event(delivery.event);
  out->set_action(delivery.action);
  out->set_ref(delivery.ref);
  out->set_commit(delivery.commit);
  *out->mutable_receive_time() = Timestamp(delivery.receive_time);
  out->set_state(static_cast<v1::Delivery::State>(delivery.state));
  out->set_outcome(delivery.outcome);
  for (const int64_t number : delivery.builds) {
    out->add_builds(absl::StrCat(project, "/builds/", number));
  }
  out->set_receipts(delivery.receipts);
  out->set_body_size(delivery.body_size);
}

HookFields TranslateFields(const v1::Hook& hook) {
  HookFields fields{.title = hook.title(),
                    .image = hook.image(),
                    .script = hook.script(),
                    .install_script = hook.install_script(),
                    .tracked_files = {hook.tracked_files().begin(), hook.tracked_files().end()},
                    .enabled = !hook.disabled(),
                    .branches = {hook.branches().begin(), hook.branches().end()},
                    .events = 0,
                    .labels = {hook.labels().begin(), hook.labels().end()},
                    .timeout_seconds = hook.timeout_seconds(),
                    .stall_timeout_seconds = hook.stall_timeout_seconds(),
                    .max_parallel = hook.max_parallel()};
  for (const build::v1::Service& service : hook.services()) {
    fields.services.push_back(
        {.name = service.name(),
         .image = service.image(),
         .environment = {service.environment().begin(), service.environment().end()}});
  }
  for (const int event : hook.events()) {
    switch (event) {
      case v1::Hook::EVENT_PUSH:
        fields.events |= kOnPush;
        break;
      case v1::Hook::EVENT_PULL_REQUEST:
        fields.events |= kOnPullRequest;
        break;
      case v1::Hook::EVENT_TAG:
        fields.events |= kOnTag;
        break;
      default:
        fields.events |= ~static_cast<unsigned>(kOnAnything);
    }
  }
  return fields;
}

IncomingWebhook Translate(const v1::Webhook& webhook) {
  return {.hook_id = webhook.hook_id(),
          .event = {webhook.event().begin(), webhook.event().end()},
          .delivery = {webhook.delivery().begin(), webhook.delivery().end()},
          .signature = {webhook.signature().begin(), webhook.signature().end()},
          .body = webhook.body()};
}

v1::AcceptWebhooksResponse::Disposition Translate(Disposition disposition) {
  switch (disposition) {
    case Disposition::kAccepted:
      return v1::AcceptWebhooksResponse::DISPOSITION_ACCEPTED;
    case Disposition::kDuplicate:
      return v1::AcceptWebhooksResponse::DISPOSITION_DUPLICATE;
    case Disposition::kIgnored:
      return v1::AcceptWebhooksResponse::DISPOSITION_IGNORED;
    case Disposition::kPong:
      return v1::AcceptWebhooksResponse::DISPOSITION_PONG;
  }
  return v1::AcceptWebhooksResponse::DISPOSITION_UNSPECIFIED;
}

absl::StatusOr<Permission> TranslatePermission(v1::Permission permission) {
  switch (permission) {
    case v1::PERMISSION_VIEW:
      return Permission::kView;
    case v1::PERMISSION_CONFIGURE:
      return Permission::kConfigure;
    case v1::PERMISSION_DELETE:
      return Permission::kDelete;
    default:
      return absl::InvalidArgumentError(absl::StrCat("permission: there is no ", permission));
  }
}

absl::StatusOr<std::optional<DeliveryState>> TranslateState(v1::Delivery::State state) {
  if (state == v1::Delivery::STATE_UNSPECIFIED) return std::nullopt;
  if (!v1::Delivery::State_IsValid(state)) {
    return absl::InvalidArgumentError(absl::StrCat("state: there is no ", state));
  }
  return static_cast<DeliveryState>(state);
}

absl::StatusOr<std::string> TranslateState(v1::ReportCommitStatusRequest::State state) {
  switch (state) {
    case v1::ReportCommitStatusRequest::STATE_PENDING:
      return "pending";
    case v1::ReportCommitStatusRequest::STATE_SUCCESS:
      return "success";
    case v1::ReportCommitStatusRequest::STATE_FAILURE:
      return "failure";
    case v1::ReportCommitStatusRequest::STATE_ERROR:
      return "error";
    default:
      return absl::InvalidArgumentError(absl::StrCat("state: there is no ", state));
  }
}

}  // namespace kozmic::project
