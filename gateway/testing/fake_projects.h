#ifndef KOZMIC_GATEWAY_TESTING_FAKE_PROJECTS_H_
#define KOZMIC_GATEWAY_TESTING_FAKE_PROJECTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gateway/testing/fake_history.h"
#include "kozmic/project/v1/project.grpc.pb.h"

namespace kozmic::gateway {

// A ProjectService with the projects 1 to 3, octo/repo-1 and so on; the second is private. users/7
// manages the first, owns the second and is a member of the third; users/8 is a member of the
// first. Each request is remembered; its effects are as small as the gateway's tests allow.
class FakeProjects final : public project::v1::ProjectService::Service {
 public:
  FakeProjects();

  grpc::Status SyncRepositories(grpc::ServerContext* context,
                                const project::v1::SyncRepositoriesRequest* request,
                                project::v1::RepositorySync* response) override;
  grpc::Status GetRepositorySync(grpc::ServerContext* context,
                                 const project::v1::GetRepositorySyncRequest* request,
                                 project::v1::RepositorySync* response) override;
  grpc::Status ListRepositories(grpc::ServerContext* context,
                                const project::v1::ListRepositoriesRequest* request,
                                project::v1::ListRepositoriesResponse* response) override;
  grpc::Status CreateProject(grpc::ServerContext* context,
                             const project::v1::CreateProjectRequest* request,
                             project::v1::Project* response) override;
  grpc::Status GetProject(grpc::ServerContext* context,
                          const project::v1::GetProjectRequest* request,
                          project::v1::Project* response) override;
  grpc::Status ListProjects(grpc::ServerContext* context,
                            const project::v1::ListProjectsRequest* request,
                            project::v1::ListProjectsResponse* response) override;
  grpc::Status DeleteProject(grpc::ServerContext* context,
                             const project::v1::DeleteProjectRequest* request,
                             project::v1::DeleteProjectResponse* response) override;
  grpc::Status ListMembers(grpc::ServerContext* context,
                           const project::v1::ListMembersRequest* request,
                           project::v1::ListMembersResponse* response) override;
  grpc::Status SyncMembers(grpc::ServerContext* context,
                           const project::v1::SyncMembersRequest* request,
                           project::v1::ListMembersResponse* response) override;
  grpc::Status CreateHook(grpc::ServerContext* context,
                          const project::v1::CreateHookRequest* request,
                          project::v1::Hook* response) override;
  grpc::Status ValidateHook(grpc::ServerContext* context,
                            const project::v1::ValidateHookRequest* request,
                            project::v1::Hook* response) override;
  grpc::Status GetHook(grpc::ServerContext* context, const project::v1::GetHookRequest* request,
                       project::v1::Hook* response) override;
  grpc::Status ListHooks(grpc::ServerContext* context, const project::v1::ListHooksRequest* request,
                         project::v1::ListHooksResponse* response) override;
  grpc::Status UpdateHook(grpc::ServerContext* context,
                          const project::v1::UpdateHookRequest* request,
                          project::v1::Hook* response) override;
  grpc::Status DeleteHook(grpc::ServerContext* context,
                          const project::v1::DeleteHookRequest* request,
                          project::v1::DeleteHookResponse* response) override;
  grpc::Status RestoreHooks(grpc::ServerContext* context,
                            const project::v1::RestoreHooksRequest* request,
                            project::v1::RestoreHooksResponse* response) override;
  grpc::Status TriggerBuild(grpc::ServerContext* context,
                            const project::v1::TriggerBuildRequest* request,
                            project::v1::TriggerBuildResponse* response) override;
  grpc::Status ListDeliveries(grpc::ServerContext* context,
                              const project::v1::ListDeliveriesRequest* request,
                              project::v1::ListDeliveriesResponse* response) override;
  grpc::Status GetDelivery(grpc::ServerContext* context,
                           const project::v1::GetDeliveryRequest* request,
                           project::v1::Delivery* response) override;
  grpc::Status SetSecret(grpc::ServerContext* context, const project::v1::SetSecretRequest* request,
                         project::v1::Secret* response) override;
  grpc::Status ListSecrets(grpc::ServerContext* context,
                           const project::v1::ListSecretsRequest* request,
                           project::v1::ListSecretsResponse* response) override;
  grpc::Status SetRegistryCredential(grpc::ServerContext* context,
                                     const project::v1::SetRegistryCredentialRequest* request,
                                     project::v1::RegistryCredential* response) override;
  grpc::Status ListRegistryCredentials(
      grpc::ServerContext* context, const project::v1::ListRegistryCredentialsRequest* request,
      project::v1::ListRegistryCredentialsResponse* response) override;
  grpc::Status DeleteRegistryCredential(
      grpc::ServerContext* context, const project::v1::DeleteRegistryCredentialRequest* request,
      project::v1::DeleteRegistryCredentialResponse* response) override;
  grpc::Status DeleteSecret(grpc::ServerContext* context,
                            const project::v1::DeleteSecretRequest* request,
                            project::v1::DeleteSecretResponse* response) override;
  grpc::Status GetDeployKey(grpc::ServerContext* context,
                            const project::v1::GetDeployKeyRequest* request,
                            project::v1::DeployKey* response) override;
  grpc::Status RestoreDeployKey(grpc::ServerContext* context,
                                const project::v1::RestoreDeployKeyRequest* request,
                                project::v1::DeployKey* response) override;
  grpc::Status RotateDeployKey(grpc::ServerContext* context,
                               const project::v1::RotateDeployKeyRequest* request,
                               project::v1::DeployKey* response) override;
  grpc::Status GetBadge(grpc::ServerContext* context, const project::v1::GetBadgeRequest* request,
                        project::v1::Badge* response) override;
  grpc::Status ResetBadgeToken(grpc::ServerContext* context,
                               const project::v1::ResetBadgeTokenRequest* request,
                               project::v1::Badge* response) override;
  grpc::Status ResolveBadge(grpc::ServerContext* context,
                            const project::v1::ResolveBadgeRequest* request,
                            project::v1::ResolveBadgeResponse* response) override;
  grpc::Status CheckPermission(grpc::ServerContext* context,
                               const project::v1::CheckPermissionRequest* request,
                               project::v1::CheckPermissionResponse* response) override;
  grpc::Status AcceptWebhooks(grpc::ServerContext* context,
                              const project::v1::AcceptWebhooksRequest* request,
                              project::v1::AcceptWebhooksResponse* response) override;

  grpc::Status ListSettingsChanges(grpc::ServerContext* context,
                                   const history::v1::ListSettingsChangesRequest* request,
                                   history::v1::ListSettingsChangesResponse* response) override;
  grpc::Status GetSettingsChange(grpc::ServerContext* context,
                                 const history::v1::GetSettingsChangeRequest* request,
                                 history::v1::SettingsChange* response) override;

  // What it keeps of who changed what.
  FakeHistory history;

  // Every call is answered so from now on; OK: as usual.
  void Fail(const absl::Status& status);
  void SetRole(const std::string& user, int64_t project, project::v1::Role role);
  void RemoveMember(const std::string& user, int64_t project);
  void AddProject(int64_t id, project::v1::Role role_of_users_7);
  // By its name.
  void PutDelivery(const project::v1::Delivery& delivery);
  // What ListRepositories answers.
  void SetRepositories(const project::v1::ListRepositoriesResponse& repositories);
  // How long a sync takes that is waited for.
  void SetSyncTime(absl::Duration time);

  // The calls of one rpc: "<credential> <request>", the request on one line.
  std::vector<std::string> Calls(const std::string& rpc);

  absl::Mutex mutex;
  // The body of a webhook that AcceptWebhooks refuses.
  static constexpr char kBadWebhook[] = "{bad";
  // What else AcceptWebhooks answers of each, and of the call; and what it got last.
  absl::Status webhook_status ABSL_GUARDED_BY(mutex);
  absl::Status webhook_call_status ABSL_GUARDED_BY(mutex);
  project::v1::AcceptWebhooksResponse::Disposition disposition ABSL_GUARDED_BY(mutex) =
      project::v1::AcceptWebhooksResponse::DISPOSITION_ACCEPTED;
  project::v1::Webhook webhook ABSL_GUARDED_BY(mutex);
  // How many webhooks each call brought; none is answered while they are held.
  std::vector<int> webhook_calls ABSL_GUARDED_BY(mutex);
  bool webhooks_are_held ABSL_GUARDED_BY(mutex) = false;

 private:
  struct Kept {
    project::v1::Project project;
    std::map<std::string, project::v1::Role> roles;
    std::map<std::string, project::v1::Hook> hooks;
    std::map<std::string, project::v1::Secret> secrets;
    std::map<std::string, project::v1::RegistryCredential> registries;
    // By number.
    std::map<int64_t, project::v1::Delivery> deliveries;
    int badge_token = 1;
  };
  using Work = std::function<absl::Status(Kept& kept)>;

  // Remembers the call; the failure that was asked for.
  absl::Status Note(const char* rpc, const grpc::ServerContext& context,
                    const google::protobuf::Message& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  // Does `work` on the project of a resource name, if the caller may.
  grpc::Status On(const char* rpc, grpc::ServerContext& context,
                  const google::protobuf::Message& request, const std::string& name,
                  project::v1::Permission permission, const Work& work);
  project::v1::Project Shown(const Kept& kept, const std::string& user)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  absl::Status failure_ ABSL_GUARDED_BY(mutex);
  absl::Duration sync_time_ ABSL_GUARDED_BY(mutex) = absl::ZeroDuration();
  project::v1::ListRepositoriesResponse repositories_ ABSL_GUARDED_BY(mutex);
  std::map<int64_t, Kept> kept_ ABSL_GUARDED_BY(mutex);
  std::vector<std::pair<std::string, std::string>> calls_ ABSL_GUARDED_BY(mutex);
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TESTING_FAKE_PROJECTS_H_
