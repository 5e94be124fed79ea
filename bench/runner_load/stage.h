#ifndef KOZMIC_BENCH_RUNNER_LOAD_STAGE_H_
#define KOZMIC_BENCH_RUNNER_LOAD_STAGE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lib/docker/docker_client.h"
#include "lib/rpc/server.h"
#include "lib/testing/docker_env.h"
#include "services/runner/testing/fake_services.h"
#include "services/runner/testing/git_server.h"
#include "services/runner/testing/runner_process.h"

namespace kozmic::bench {

// The runner's real program on a real Docker engine, registry and git server; the build service and
// logstream are stood in for, over real sockets. Whatever fails ends the process with a message.
class Stage {
 public:
  // `engine`: "unix:///…". Run in a folder with the runner's programs, as Bazel lays them out.
  explicit Stage(const std::string& engine);
  ~Stage();

  // Starts the runner, anew if it runs already; a runner that ends leaves nothing.
  void StartRunner(int slots, int warm_containers = 0);

  // A job for the repository's commit.
  runner::v1::JobSpec Spec(const std::string& script) const;
  std::string Enqueue(const runner::v1::JobSpec& spec) { return build_.Enqueue(spec); }
  // Until the job has ended, which it must with exit code 0.
  void WaitForEnd(const std::string& attempt);
  absl::Time GrantTime(const std::string& attempt) const { return build_.GrantTime(attempt); }
  absl::Time EndTime(const std::string& attempt) const { return build_.EndTime(attempt); }
  // The lines of a job's log that are numbers.
  std::vector<int64_t> Numbers(const std::string& attempt) const;
  // Until the runner has no containers and folders but so many that wait for jobs.
  void WaitForRest(int warm_containers = 0);

  const docker::DockerClient& docker() const { return *docker_; }
  // The image of all measured containers, with bench/runner_load/probe.
  const std::string& image() const { return image_; }
  const std::string& commit() const { return commit_; }
  const std::string& clone_url() const { return clone_url_; }
  // A new folder on the disk of the runner's.
  std::string NewFolder();

 private:
  void MakeImage();
  void StopRunner();

  const std::string engine_;
  const std::unique_ptr<docker::DockerClient> docker_;
  std::string folder_;
  std::string name_;
  std::string image_;
  std::string commit_;
  std::string clone_url_;
  int folders_ = 0;
  runner::FakeBuild build_;
  runner::FakeLogstream logstream_;
  std::unique_ptr<RegistryProcess> registry_;
  std::unique_ptr<runner::GitServer> git_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<runner::RunnerProcess> runner_;
};

// Ends the process with a message when something is not OK.
void Demand(const absl::Status& status, absl::string_view what);
template <typename T>
T Demand(absl::StatusOr<T> value, absl::string_view what) {
  Demand(value.status(), what);
  return *std::move(value);
}

}  // namespace kozmic::bench

#endif  // KOZMIC_BENCH_RUNNER_LOAD_STAGE_H_
