#ifndef KOZMIC_SERVICES_PROJECT_PROJECT_SERVICE_H_
#define KOZMIC_SERVICES_PROJECT_PROJECT_SERVICE_H_

#include <functional>
#include <string>
#include <vector>

#include "kozmic/project/v1/project.grpc.pb.h"
#include "lib/history/settings_history.h"
#include "lib/rpc/caller.h"
#include "lib/rpc/unary.h"
#include "services/project/access/access_store.h"
#include "services/project/access/member_sync.h"
#include "services/project/access/user_sync.h"
#include "services/project/builds/manual_builds.h"
#include "services/project/clients/user_directory.h"
#include "services/project/credentials/checkouts.h"
#include "services/project/credentials/deploy_keys.h"
#include "services/project/credentials/registry_credentials.h"
#include "services/project/credentials/secrets.h"
#include "services/project/github/commit_statuses.h"
#include "services/project/hooks/hooks.h"
#include "services/project/projects/badges.h"
#include "services/project/projects/project_store.h"
#include "services/project/projects/projects.h"
#include "services/project/webhooks/delivery_store.h"
#include "services/project/webhooks/webhook_inbox.h"

namespace kozmic::project {

// The rpc face of ProjectService: who calls, what they may do, what they mean. Its methods lie in
// several files: repository_rpcs.cc, project_rpcs.cc, hook_rpcs.cc, credential_rpcs.cc,
// registry_rpcs.cc, badge_rpcs.cc, history_rpcs.cc, build_rpcs.cc and service_rpcs.cc (those for
// other services).
class ProjectService final : public v1::ProjectService::CallbackService {
 public:
  // Calls that wait for GitHub run apart from those that do not, and webhooks apart from all, so
  // that neither a slow GitHub nor busy visitors delay a build. So do the checkouts of jobs, few of
  // which need GitHub, and the calls of visitors who wait for a sync: there may be many of these,
  // and they only wait.
  struct Runners {
    const UnaryRunner& webhooks;
    const UnaryRunner& database;
    const UnaryRunner& github;
    const UnaryRunner& checkouts;
    const UnaryRunner& waiting;
  };

  // All must outlive it.
  struct Parts {
    ProjectStore& project_store;
    AccessStore& access_store;
    HookStore& hook_store;
    DeliveryStore& deliveries;
    UserDirectory& users;
    const Projects& projects;
    const MemberSync& members;
    UserSync& user_sync;
    const Hooks& hooks;
    const Secrets& secrets;
    const RegistryCredentials& registries;
    const DeployKeys& keys;
    const Checkouts& checkouts;
    const Badges& badges;
    const SettingsHistory& history;
    const CommitStatuses& statuses;
    const WebhookInbox& inbox;
    const ManualBuilds& manual_builds;
    // Called when a user's sync is due.
    std::function<void()> wake_user_sync;
  };

  ProjectService(Parts parts, const Runners& runners)
      : parts_(std::move(parts)), runners_(runners) {}

  grpc::ServerUnaryReactor* SyncRepositories(grpc::CallbackServerContext* context,
                                             const v1::SyncRepositoriesRequest* request,
                                             v1::RepositorySync* response) override;
  grpc::ServerUnaryReactor* GetRepositorySync(grpc::CallbackServerContext* context,
                                              const v1::GetRepositorySyncRequest* request,
                                              v1::RepositorySync* response) override;
  grpc::ServerUnaryReactor* ListRepositories(grpc::CallbackServerContext* context,
                                             const v1::ListRepositoriesRequest* request,
                                             v1::ListRepositoriesResponse* response) override;

  grpc::ServerUnaryReactor* CreateProject(grpc::CallbackServerContext* context,
                                          const v1::CreateProjectRequest* request,
                                          v1::Project* response) override;
  grpc::ServerUnaryReactor* GetProject(grpc::CallbackServerContext* context,
                                       const v1::GetProjectRequest* request,
                                       v1::Project* response) override;
  grpc::ServerUnaryReactor* ListProjects(grpc::CallbackServerContext* context,
                                         const v1::ListProjectsRequest* request,
                                         v1::ListProjectsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteProject(grpc::CallbackServerContext* context,
                                          const v1::DeleteProjectRequest* request,
                                          v1::DeleteProjectResponse* response) override;
  grpc::ServerUnaryReactor* ListMembers(grpc::CallbackServerContext* context,
                                        const v1::ListMembersRequest* request,
                                        v1::ListMembersResponse* response) override;
  grpc::ServerUnaryReactor* SyncMembers(grpc::CallbackServerContext* context,
                                        const v1::SyncMembersRequest* request,
                                        v1::ListMembersResponse* response) override;
  grpc::ServerUnaryReactor* ListRecipients(grpc::CallbackServerContext* context,
                                           const v1::ListRecipientsRequest* request,
                                           v1::ListRecipientsResponse* response) override;
  grpc::ServerUnaryReactor* CheckPermission(grpc::CallbackServerContext* context,
                                            const v1::CheckPermissionRequest* request,
                                            v1::CheckPermissionResponse* response) override;

  grpc::ServerUnaryReactor* CreateHook(grpc::CallbackServerContext* context,
                                       const v1::CreateHookRequest* request,
                                       v1::Hook* response) override;
  grpc::ServerUnaryReactor* ValidateHook(grpc::CallbackServerContext* context,
                                         const v1::ValidateHookRequest* request,
                                         v1::Hook* response) override;
  grpc::ServerUnaryReactor* GetHook(grpc::CallbackServerContext* context,
                                    const v1::GetHookRequest* request, v1::Hook* response) override;
  grpc::ServerUnaryReactor* ListHooks(grpc::CallbackServerContext* context,
                                      const v1::ListHooksRequest* request,
                                      v1::ListHooksResponse* response) override;
  grpc::ServerUnaryReactor* UpdateHook(grpc::CallbackServerContext* context,
                                       const v1::UpdateHookRequest* request,
                                       v1::Hook* response) override;
  grpc::ServerUnaryReactor* DeleteHook(grpc::CallbackServerContext* context,
                                       const v1::DeleteHookRequest* request,
                                       v1::DeleteHookResponse* response) override;
  grpc::ServerUnaryReactor* RestoreHooks(grpc::CallbackServerContext* context,
                                         const v1::RestoreHooksRequest* request,
                                         v1::RestoreHooksResponse* response) override;

  grpc::ServerUnaryReactor* GetHookSpec(grpc::CallbackServerContext* context,
                                        const v1::GetHookSpecRequest* request,
                                        v1::GetHookSpecResponse* response) override;

  grpc::ServerUnaryReactor* TriggerBuild(grpc::CallbackServerContext* context,
                                         const v1::TriggerBuildRequest* request,
                                         v1::TriggerBuildResponse* response) override;
  grpc::ServerUnaryReactor* ListDeliveries(grpc::CallbackServerContext* context,
                                           const v1::ListDeliveriesRequest* request,
                                           v1::ListDeliveriesResponse* response) override;
  grpc::ServerUnaryReactor* GetDelivery(grpc::CallbackServerContext* context,
                                        const v1::GetDeliveryRequest* request,
                                        v1::Delivery* response) override;

  grpc::ServerUnaryReactor* SetSecret(grpc::CallbackServerContext* context,
                                      const v1::SetSecretRequest* request,
                                      v1::Secret* response) override;
  grpc::ServerUnaryReactor* ListSecrets(grpc::CallbackServerContext* context,
                                        const v1::ListSecretsRequest* request,
                                        v1::ListSecretsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteSecret(grpc::CallbackServerContext* context,
                                         const v1::DeleteSecretRequest* request,
                                         v1::DeleteSecretResponse* response) override;
  grpc::ServerUnaryReactor* GetDeployKey(grpc::CallbackServerContext* context,
                                         const v1::GetDeployKeyRequest* request,
                                         v1::DeployKey* response) override;
  grpc::ServerUnaryReactor* RestoreDeployKey(grpc::CallbackServerContext* context,
                                             const v1::RestoreDeployKeyRequest* request,
                                             v1::DeployKey* response) override;
  grpc::ServerUnaryReactor* RotateDeployKey(grpc::CallbackServerContext* context,
                                            const v1::RotateDeployKeyRequest* request,
                                            v1::DeployKey* response) override;

  grpc::ServerUnaryReactor* SetRegistryCredential(grpc::CallbackServerContext* context,
                                                  const v1::SetRegistryCredentialRequest* request,
                                                  v1::RegistryCredential* response) override;
  grpc::ServerUnaryReactor* ListRegistryCredentials(
      grpc::CallbackServerContext* context, const v1::ListRegistryCredentialsRequest* request,
      v1::ListRegistryCredentialsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteRegistryCredential(
      grpc::CallbackServerContext* context, const v1::DeleteRegistryCredentialRequest* request,
      v1::DeleteRegistryCredentialResponse* response) override;

  grpc::ServerUnaryReactor* GetBadge(grpc::CallbackServerContext* context,
                                     const v1::GetBadgeRequest* request,
                                     v1::Badge* response) override;
  grpc::ServerUnaryReactor* ResetBadgeToken(grpc::CallbackServerContext* context,
                                            const v1::ResetBadgeTokenRequest* request,
                                            v1::Badge* response) override;
  grpc::ServerUnaryReactor* ResolveBadge(grpc::CallbackServerContext* context,
                                         const v1::ResolveBadgeRequest* request,
                                         v1::ResolveBadgeResponse* response) override;

  grpc::ServerUnaryReactor* ListSettingsChanges(
      grpc::CallbackServerContext* context, const history::v1::ListSettingsChangesRequest* request,
      history::v1::ListSettingsChangesResponse* response) override;
  grpc::ServerUnaryReactor* GetSettingsChange(grpc::CallbackServerContext* context,
                                              const history::v1::GetSettingsChangeRequest* request,
                                              history::v1::SettingsChange* response) override;

  grpc::ServerUnaryReactor* AcceptWebhooks(grpc::CallbackServerContext* context,
                                           const v1::AcceptWebhooksRequest* request,
                                           v1::AcceptWebhooksResponse* response) override;
  grpc::ServerUnaryReactor* IssueCheckout(grpc::CallbackServerContext* context,
                                          const v1::IssueCheckoutRequest* request,
                                          v1::IssueCheckoutResponse* response) override;
  grpc::ServerUnaryReactor* ReportCommitStatus(grpc::CallbackServerContext* context,
                                               const v1::ReportCommitStatusRequest* request,
                                               v1::ReportCommitStatusResponse* response) override;

 private:
  // The calling user, who may do something with a project, and that project.
  struct Allowed {
    int64_t user_id = 0;
    MemberProject member = {};
    const ProjectRecord& project() const { return member.project; }
  };

  // The project with this number, if the caller may do this there. UNAUTHENTICATED;
  // PERMISSION_DENIED when their role is too low; NOT_FOUND when they may not even see it.
  absl::StatusOr<Allowed> Allow(const Caller& caller, int64_t project_id,
                                Permission permission) const;
  // The same, of a resource name with nothing but the project's number in it.
  absl::StatusOr<Allowed> Allow(const Caller& caller, absl::string_view pattern,
                                const std::string& name, Permission permission) const;
  // The caller, for the history of the settings. UNAVAILABLE when it cannot be told who they are,
  // UNAUTHENTICATED when they are gone: nothing is changed then.
  absl::StatusOr<Author> AuthorOf(const Caller& caller) const;
  absl::StatusOr<MemberProject> MemberProjectOf(int64_t user_id, int64_t project_id,
                                                Permission permission) const;
  struct MemberUser {
    Role role = Role::kNone;
    KnownUser user = {};
  };
  // Owner first, then by role and login.
  absl::StatusOr<std::vector<MemberUser>> Members(int64_t project_id) const;
  absl::Status FillMembers(const ProjectRecord& project, v1::ListMembersResponse* response) const;

  const Parts parts_;
  const Runners runners_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_PROJECT_SERVICE_H_
