#ifndef KOZMIC_GATEWAY_TESTING_FAKE_BUILDS_H_
#define KOZMIC_GATEWAY_TESTING_FAKE_BUILDS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "gateway/testing/fake_history.h"
#include "kozmic/build/v1/build.grpc.pb.h"

namespace kozmic::gateway {

// A BuildService with the builds that it is given; changes reach the watchers of project 1. Users
// and the gateway see all of them.
class FakeBuilds final : public build::v1::BuildService::Service {
 public:
  grpc::Status GetBuild(grpc::ServerContext* context, const build::v1::GetBuildRequest* request,
                        build::v1::Build* response) override;
  grpc::Status GetLatestBuild(grpc::ServerContext* context,
                              const build::v1::GetLatestBuildRequest* request,
                              build::v1::Build* response) override;
  grpc::Status ListBuilds(grpc::ServerContext* context, const build::v1::ListBuildsRequest* request,
                          build::v1::ListBuildsResponse* response) override;
  grpc::Status BatchGetLatestBuilds(grpc::ServerContext* context,
                                    const build::v1::BatchGetLatestBuildsRequest* request,
                                    build::v1::BatchGetLatestBuildsResponse* response) override;
  grpc::Status WatchProject(grpc::ServerContext* context,
                            const build::v1::WatchProjectRequest* request,
                            grpc::ServerWriter<build::v1::WatchProjectResponse>* writer) override;
  grpc::Status GetJobSpec(grpc::ServerContext* context, const build::v1::GetJobSpecRequest* request,
                          runner::v1::JobSpec* response) override;
  grpc::Status ListAttempts(grpc::ServerContext* context,
                            const build::v1::ListAttemptsRequest* request,
                            build::v1::ListAttemptsResponse* response) override;
  grpc::Status ExplainWait(grpc::ServerContext* context,
                           const build::v1::ExplainWaitRequest* request,
                           build::v1::ExplainWaitResponse* response) override;
  grpc::Status CancelBuild(grpc::ServerContext* context,
                           const build::v1::CancelBuildRequest* request,
                           build::v1::Build* response) override;
  grpc::Status CancelJob(grpc::ServerContext* context, const build::v1::CancelJobRequest* request,
                         build::v1::Build* response) override;
  grpc::Status RestartJob(grpc::ServerContext* context, const build::v1::RestartJobRequest* request,
                          build::v1::Build* response) override;
  grpc::Status RestartBuild(grpc::ServerContext* context,
                            const build::v1::RestartBuildRequest* request,
                            build::v1::Build* response) override;
  grpc::Status ApproveBuild(grpc::ServerContext* context,
                            const build::v1::ApproveBuildRequest* request,
                            build::v1::Build* response) override;
  grpc::Status GetProjectSettings(grpc::ServerContext* context,
                                  const build::v1::GetProjectSettingsRequest* request,
                                  build::v1::ProjectSettings* response) override;
  grpc::Status UpdateProjectSettings(grpc::ServerContext* context,
                                     const build::v1::UpdateProjectSettingsRequest* request,
                                     build::v1::ProjectSettings* response) override;
  grpc::Status CreateNotificationHook(grpc::ServerContext* context,
                                      const build::v1::CreateNotificationHookRequest* request,
                                      build::v1::NotificationHook* response) override;
  grpc::Status ListNotificationHooks(grpc::ServerContext* context,
                                     const build::v1::ListNotificationHooksRequest* request,
                                     build::v1::ListNotificationHooksResponse* response) override;
  grpc::Status DeleteNotificationHook(grpc::ServerContext* context,
                                      const build::v1::DeleteNotificationHookRequest* request,
                                      build::v1::DeleteNotificationHookResponse* response) override;

  grpc::Status ListSettingsChanges(grpc::ServerContext* context,
                                   const history::v1::ListSettingsChangesRequest* request,
                                   history::v1::ListSettingsChangesResponse* response) override;
  grpc::Status GetSettingsChange(grpc::ServerContext* context,
                                 const history::v1::GetSettingsChangeRequest* request,
                                 history::v1::SettingsChange* response) override;

  // What it keeps of who changed what.
  FakeHistory history;

  // A build of project 1, which has one job at least.
  void Put(int64_t number, build::v1::State state);
  // Any build; its project and number are those of its name.
  void Put(const build::v1::Build& build);
  // A further job of a build of project 1 that there is.
  void AddJob(int64_t build, int number, int attempt);
  // Any change of a build that was put.
  void Edit(int64_t project, int64_t number, const std::function<void(build::v1::Build&)>& edit);
  // All but the watches are answered so from now on; OK: as usual.
  void Fail(const absl::Status& status);
  // Ends all watches with UNAVAILABLE.
  void Break();
  int watches();
  // Of the last call but a watch: the credential.
  std::string last_bearer();
  // The calls of one rpc, but of those that read builds: "<credential> <request>", the request on
  // one line.
  std::vector<std::string> Calls(const std::string& rpc);

 private:
  using Key = std::pair<int64_t, int64_t>;

  absl::Status Note(const grpc::ServerContext& context) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  using Work = std::function<absl::Status(build::v1::Build& build, build::v1::Job* job)>;

  // Does `work` on the build, and the job if it is a job's, that `name` is of. Remembers the call.
  absl::Status On(const char* rpc, const grpc::ServerContext& context,
                  const google::protobuf::Message& request, const std::string& name,
                  const Work& work) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Note(const char* rpc, const grpc::ServerContext& context,
                    const google::protobuf::Message& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Null when there is none. Of any ref when that is empty.
  const build::v1::Build* Latest(int64_t project, const std::string& ref)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  // By project and number.
  std::map<Key, build::v1::Build> builds_ ABSL_GUARDED_BY(mutex_);
  // By name.
  std::map<std::string, build::v1::ProjectSettings> settings_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, build::v1::NotificationHook> notification_hooks_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::pair<std::string, std::string>> calls_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::string last_bearer_ ABSL_GUARDED_BY(mutex_);
  int64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
  int epoch_ ABSL_GUARDED_BY(mutex_) = 0;
  int watches_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TESTING_FAKE_BUILDS_H_
