#ifndef KOZMIC_GATEWAY_TESTING_FAKE_BUILDS_H_
#define KOZMIC_GATEWAY_TESTING_FAKE_BUILDS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
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

  // A build of project 1, which has one job at least.
  void Put(int64_t number, build::v1::State state);
  // Any build; its project and number are those of its name.
  void Put(const build::v1::Build& build);
  // A further job of a build of project 1 that there is.
  void AddJob(int64_t build, int number, int attempt);
  // All but the watches are answered so from now on; OK: as usual.
  void Fail(const absl::Status& status);
  // Ends all watches with UNAVAILABLE.
  void Break();
  int watches();
  // Of the last call but a watch: the credential.
  std::string last_bearer();

 private:
  using Key = std::pair<int64_t, int64_t>;

  absl::Status Note(const grpc::ServerContext& context) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Null when there is none. Of any ref when that is empty.
  const build::v1::Build* Latest(int64_t project, const std::string& ref)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  // By project and number.
  std::map<Key, build::v1::Build> builds_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::string last_bearer_ ABSL_GUARDED_BY(mutex_);
  int64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
  int epoch_ ABSL_GUARDED_BY(mutex_) = 0;
  int watches_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TESTING_FAKE_BUILDS_H_
