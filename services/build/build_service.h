#ifndef KOZMIC_SERVICES_BUILD_BUILD_SERVICE_H_
#define KOZMIC_SERVICES_BUILD_BUILD_SERVICE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "kozmic/build/v1/build.grpc.pb.h"
#include "lib/history/settings_history.h"
#include "lib/rpc/unary.h"
#include "services/build/build_store.h"
#include "services/build/control_store.h"
#include "services/build/notify/notification_hooks.h"
#include "services/build/permission_checker.h"
#include "services/build/project_deleter.h"
#include "services/build/watch_hub.h"

namespace kozmic::build {

// The rpc face of builds: validates, authorises, asks the store. See build.proto. Owns nothing.
// `own` runs what needs this service's database alone; `unary` what also asks other services.
class BuildServiceRpc final : public v1::BuildService::CallbackService {
 public:
  struct Parts {
    BuildStore& store;
    ControlStore& control;
    PermissionChecker& permissions;
    WatchHub& watches;
    const ProjectDeleter& deleter;
    const NotificationHooks& notification_hooks;
    const SettingsHistory& history;
    // What a job of a hook runs now. FAILED_PRECONDITION "hook_gone".
    std::function<absl::StatusOr<v1::JobSpec>(const std::string& hook)> hook_spec;
    // How GitHub calls who calls.
    std::function<absl::StatusOr<std::string>(const Caller& caller)> login_of;
    // Where people find builds.
    std::string public_url;
  };
  BuildServiceRpc(const UnaryRunner& own, const UnaryRunner& unary, Parts parts)
      : own_(own), unary_(unary), parts_(std::move(parts)) {}

  grpc::ServerUnaryReactor* BatchCreateBuilds(grpc::CallbackServerContext* context,
                                              const v1::BatchCreateBuildsRequest* request,
                                              v1::BatchCreateBuildsResponse* response) override;
  grpc::ServerUnaryReactor* GetBuild(grpc::CallbackServerContext* context,
                                     const v1::GetBuildRequest* request,
                                     v1::Build* response) override;
  grpc::ServerUnaryReactor* GetLatestBuild(grpc::CallbackServerContext* context,
                                           const v1::GetLatestBuildRequest* request,
                                           v1::Build* response) override;
  grpc::ServerUnaryReactor* ListBuilds(grpc::CallbackServerContext* context,
                                       const v1::ListBuildsRequest* request,
                                       v1::ListBuildsResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetLatestBuilds(
      grpc::CallbackServerContext* context, const v1::BatchGetLatestBuildsRequest* request,
      v1::BatchGetLatestBuildsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchProjectResponse>* WatchProject(
      grpc::CallbackServerContext* context, const v1::WatchProjectRequest* request) override;
  // In build_control_rpcs.cc.
  grpc::ServerUnaryReactor* ListAttempts(grpc::CallbackServerContext* context,
                                         const v1::ListAttemptsRequest* request,
                                         v1::ListAttemptsResponse* response) override;
  grpc::ServerUnaryReactor* GetJobSpec(grpc::CallbackServerContext* context,
                                       const v1::GetJobSpecRequest* request,
                                       runner::v1::JobSpec* response) override;
  grpc::ServerUnaryReactor* ExplainWait(grpc::CallbackServerContext* context,
                                        const v1::ExplainWaitRequest* request,
                                        v1::ExplainWaitResponse* response) override;
  grpc::ServerUnaryReactor* CancelBuild(grpc::CallbackServerContext* context,
                                        const v1::CancelBuildRequest* request,
                                        v1::Build* response) override;
  grpc::ServerUnaryReactor* CancelJob(grpc::CallbackServerContext* context,
                                      const v1::CancelJobRequest* request,
                                      v1::Build* response) override;
  grpc::ServerUnaryReactor* RestartJob(grpc::CallbackServerContext* context,
                                       const v1::RestartJobRequest* request,
                                       v1::Build* response) override;
  grpc::ServerUnaryReactor* RestartBuild(grpc::CallbackServerContext* context,
                                         const v1::RestartBuildRequest* request,
                                         v1::Build* response) override;
  grpc::ServerUnaryReactor* ApproveBuild(grpc::CallbackServerContext* context,
                                         const v1::ApproveBuildRequest* request,
                                         v1::Build* response) override;
  grpc::ServerUnaryReactor* GetProjectSettings(grpc::CallbackServerContext* context,
                                               const v1::GetProjectSettingsRequest* request,
                                               v1::ProjectSettings* response) override;
  grpc::ServerUnaryReactor* UpdateProjectSettings(grpc::CallbackServerContext* context,
                                                  const v1::UpdateProjectSettingsRequest* request,
                                                  v1::ProjectSettings* response) override;
  // In notification_hook_rpcs.cc.
  grpc::ServerUnaryReactor* CreateNotificationHook(grpc::CallbackServerContext* context,
                                                   const v1::CreateNotificationHookRequest* request,
                                                   v1::NotificationHook* response) override;
  grpc::ServerUnaryReactor* ListNotificationHooks(
      grpc::CallbackServerContext* context, const v1::ListNotificationHooksRequest* request,
      v1::ListNotificationHooksResponse* response) override;
  grpc::ServerUnaryReactor* DeleteNotificationHook(
      grpc::CallbackServerContext* context, const v1::DeleteNotificationHookRequest* request,
      v1::DeleteNotificationHookResponse* response) override;
  // In history_rpcs.cc.
  grpc::ServerUnaryReactor* ListSettingsChanges(
      grpc::CallbackServerContext* context, const history::v1::ListSettingsChangesRequest* request,
      history::v1::ListSettingsChangesResponse* response) override;
  grpc::ServerUnaryReactor* GetSettingsChange(grpc::CallbackServerContext* context,
                                              const history::v1::GetSettingsChangeRequest* request,
                                              history::v1::SettingsChange* response) override;
  grpc::ServerUnaryReactor* DeleteProject(grpc::CallbackServerContext* context,
                                          const v1::DeleteProjectRequest* request,
                                          v1::DeleteProjectResponse* response) override;

 private:
  // Who calls, for the history of the settings. UNAVAILABLE when it cannot be told who
  // they are: nothing is changed then.
  absl::StatusOr<Author> AuthorOf(const Caller& caller) const;
  // The project that `name` names, when the caller may view it.
  absl::StatusOr<int64_t> ViewableProject(const Caller& caller, absl::string_view name);
  // `job`: 0 for all of the build.
  absl::StatusOr<v1::Build> Cancel(const Caller& caller, int64_t project, int64_t build,
                                   int64_t job);
  absl::StatusOr<v1::Build> Restart(const Caller& caller, int64_t project, int64_t build,
                                    int64_t job, bool failed_only);

  const UnaryRunner& own_;
  const UnaryRunner& unary_;
  const Parts parts_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_BUILD_SERVICE_H_
