#ifndef KOZMIC_GATEWAY_TESTING_FAKE_ADMIN_H_
#define KOZMIC_GATEWAY_TESTING_FAKE_ADMIN_H_

#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "kozmic/build/v1/admin.grpc.pb.h"

namespace kozmic::gateway {

// An AdminService with one runner and one job that waits, which users/7 administers.
class FakeAdmin final : public build::v1::AdminService::Service {
 public:
  grpc::Status ListRunners(grpc::ServerContext* context,
                           const build::v1::ListRunnersRequest* request,
                           build::v1::ListRunnersResponse* response) override;
  grpc::Status PauseRunner(grpc::ServerContext* context,
                           const build::v1::PauseRunnerRequest* request,
                           build::v1::Runner* response) override;
  grpc::Status ResumeRunner(grpc::ServerContext* context,
                            const build::v1::ResumeRunnerRequest* request,
                            build::v1::Runner* response) override;
  grpc::Status DeleteRunner(grpc::ServerContext* context,
                            const build::v1::DeleteRunnerRequest* request,
                            build::v1::DeleteRunnerResponse*) override;
  grpc::Status RevokeRunner(grpc::ServerContext* context,
                            const build::v1::RevokeRunnerRequest* request,
                            build::v1::Runner* response) override;
  grpc::Status CreateRegistrationToken(
      grpc::ServerContext* context, const build::v1::CreateRegistrationTokenRequest* request,
      build::v1::CreateRegistrationTokenResponse* response) override;
  grpc::Status ListRegistrationTokens(grpc::ServerContext* context,
                                      const build::v1::ListRegistrationTokensRequest* request,
                                      build::v1::ListRegistrationTokensResponse* response) override;
  grpc::Status DeleteRegistrationToken(
      grpc::ServerContext* context, const build::v1::DeleteRegistrationTokenRequest* request,
      build::v1::DeleteRegistrationTokenResponse* response) override;
  grpc::Status MoveQueuedJob(grpc::ServerContext* context,
                             const build::v1::MoveQueuedJobRequest* request,
                             build::v1::QueuedJob* response) override;
  grpc::Status PauseProject(grpc::ServerContext* context,
                            const build::v1::PauseProjectRequest* request,
                            build::v1::PausedProject* response) override;
  grpc::Status ResumeProject(grpc::ServerContext* context,
                             const build::v1::ResumeProjectRequest* request,
                             build::v1::PausedProject* response) override;
  grpc::Status ListPausedProjects(grpc::ServerContext* context,
                                  const build::v1::ListPausedProjectsRequest* request,
                                  build::v1::ListPausedProjectsResponse* response) override;
  grpc::Status ListQueue(grpc::ServerContext* context, const build::v1::ListQueueRequest* request,
                         build::v1::ListQueueResponse* response) override;

  absl::Mutex mutex;
  build::v1::Runner runner ABSL_GUARDED_BY(mutex);
  build::v1::QueuedJob job ABSL_GUARDED_BY(mutex);
  // The last pages that were asked for.
  build::v1::ListRunnersRequest runners_asked ABSL_GUARDED_BY(mutex);
  build::v1::ListQueueRequest queue_asked ABSL_GUARDED_BY(mutex);
  // What was last asked to be made or moved, and the projects that are paused.
  build::v1::CreateRegistrationTokenRequest token_asked ABSL_GUARDED_BY(mutex);
  build::v1::MoveQueuedJobRequest move_asked ABSL_GUARDED_BY(mutex);
  std::set<std::string> paused ABSL_GUARDED_BY(mutex);

 private:
  // Whether the caller administers and names the runner.
  absl::Status Check(const grpc::ServerContext& context, const std::string& name)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TESTING_FAKE_ADMIN_H_
