#ifndef KOZMIC_GATEWAY_TESTING_FAKE_SERVICES_H_
#define KOZMIC_GATEWAY_TESTING_FAKE_SERVICES_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "kozmic/auth/v1/auth.grpc.pb.h"
#include "kozmic/build/v1/build.grpc.pb.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"
#include "kozmic/project/v1/project.grpc.pb.h"
#include "lib/rpc/grpc_status.h"

namespace kozmic::gateway {

// The services that a gateway's tests need behind it, over real sockets. "session-7" is the session
// of users/7, who sees project 1 only.

inline std::string Bearer(grpc::ServerContext& context) {
  const auto found = context.client_metadata().find("authorization");
  if (found == context.client_metadata().end()) return "";
  return std::string(found->second.data(), found->second.size());
}

class FakeAuth final : public auth::v1::AuthService::Service {
 public:
  grpc::Status BeginLogin(grpc::ServerContext*, const auth::v1::BeginLoginRequest* request,
                          auth::v1::BeginLoginResponse* response) override;
  grpc::Status CompleteLogin(grpc::ServerContext*, const auth::v1::CompleteLoginRequest* request,
                             auth::v1::CompleteLoginResponse* response) override;
  grpc::Status Authenticate(grpc::ServerContext*, const auth::v1::AuthenticateRequest* request,
                            auth::v1::AuthenticateResponse* response) override;
  grpc::Status GetUser(grpc::ServerContext*, const auth::v1::GetUserRequest* request,
                       auth::v1::User* response) override;
  grpc::Status DeleteSession(grpc::ServerContext*, const auth::v1::DeleteSessionRequest* request,
                             auth::v1::DeleteSessionResponse*) override;

  absl::Mutex mutex;
  std::string return_path ABSL_GUARDED_BY(mutex);
  std::string deleted ABSL_GUARDED_BY(mutex);
};

class FakeProjects final : public project::v1::ProjectService::Service {
 public:
  grpc::Status CreateProject(grpc::ServerContext* context,
                             const project::v1::CreateProjectRequest* request,
                             project::v1::Project* response) override;
  grpc::Status ListProjects(grpc::ServerContext* context, const project::v1::ListProjectsRequest*,
                            project::v1::ListProjectsResponse* response) override;
  grpc::Status CheckPermission(grpc::ServerContext* context,
                               const project::v1::CheckPermissionRequest* request,
                               project::v1::CheckPermissionResponse* response) override;
  grpc::Status AcceptWebhook(grpc::ServerContext* context,
                             const project::v1::AcceptWebhookRequest* request,
                             project::v1::AcceptWebhookResponse* response) override;

  absl::Mutex mutex;
  // What AcceptWebhook answers, and what it got.
  absl::Status webhook_status ABSL_GUARDED_BY(mutex);
  project::v1::AcceptWebhookResponse::Disposition disposition ABSL_GUARDED_BY(mutex) =
      project::v1::AcceptWebhookResponse::DISPOSITION_ACCEPTED;
  project::v1::AcceptWebhookRequest webhook ABSL_GUARDED_BY(mutex);
};

// Project 1 with builds; changes reach its watchers.
class FakeBuilds final : public build::v1::BuildService::Service {
 public:
  grpc::Status GetBuild(grpc::ServerContext* context, const build::v1::GetBuildRequest* request,
                        build::v1::Build* response) override;
  grpc::Status ListBuilds(grpc::ServerContext*, const build::v1::ListBuildsRequest* request,
                          build::v1::ListBuildsResponse* response) override;
  grpc::Status BatchGetLatestBuilds(grpc::ServerContext*,
                                    const build::v1::BatchGetLatestBuildsRequest*,
                                    build::v1::BatchGetLatestBuildsResponse* response) override;
  grpc::Status WatchProject(grpc::ServerContext* context,
                            const build::v1::WatchProjectRequest* request,
                            grpc::ServerWriter<build::v1::WatchProjectResponse>* writer) override;

  void Put(int64_t number, build::v1::State state);
  // A further job of a build that there is.
  void AddJob(int64_t build, int number, int attempt);
  // Ends all watches with UNAVAILABLE.
  void Break();
  int watches();

 private:
  absl::Mutex mutex_;
  std::map<int64_t, build::v1::Build> builds_ ABSL_GUARDED_BY(mutex_);
  int64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
  int epoch_ ABSL_GUARDED_BY(mutex_) = 0;
  int watches_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Logs in memory.
class FakeLogs final : public logstream::v1::LogService::Service {
 public:
  grpc::Status GetLog(grpc::ServerContext* context, const logstream::v1::GetLogRequest* request,
                      logstream::v1::Log* response) override;
  grpc::Status TailLog(grpc::ServerContext* context, const logstream::v1::TailLogRequest* request,
                       grpc::ServerWriter<logstream::v1::TailLogResponse>* writer) override;

  void Append(const std::string& log, const std::string& bytes);
  void Seal(const std::string& log);
  // Ends all tails with UNAVAILABLE.
  void Break();
  // Each tail sends at most so much at a time.
  void SetPiece(size_t bytes);
  // Tails break by themselves after so many bytes; 0: never.
  void BreakAfter(size_t bytes);
  // Begun since the start, and running now.
  int begun();
  int running();

 private:
  struct Content {
    std::string bytes;
    bool sealed = false;
  };
  absl::Mutex mutex_;
  std::map<std::string, Content> logs_ ABSL_GUARDED_BY(mutex_);
  int epoch_ ABSL_GUARDED_BY(mutex_) = 0;
  int begun_ ABSL_GUARDED_BY(mutex_) = 0;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t piece_ ABSL_GUARDED_BY(mutex_) = 1000;
  size_t break_after_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TESTING_FAKE_SERVICES_H_
