#ifndef KOZMIC_SERVICES_RUNNER_RUNNER_H_
#define KOZMIC_SERVICES_RUNNER_RUNNER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/docker/docker_client.h"
#include "services/runner/build_link.h"
#include "services/runner/config.h"
#include "services/runner/file_watcher.h"
#include "services/runner/git_fetcher.h"
#include "services/runner/image_puller.h"
#include "services/runner/job_executor.h"
#include "services/runner/job_table.h"
#include "services/runner/lease_loop.h"
#include "services/runner/lease_renewer.h"
#include "services/runner/leftover_sweeper.h"
#include "services/runner/machine_clock.h"
#include "services/runner/session_watch.h"

namespace kozmic::runner {

// A runner at work: adopts what the one before it left, then leases and runs jobs until Shutdown.
class Runner {
 public:
  // Waits until somebody asks the process to end, or the time has passed. False: somebody did.
  using Pause = std::function<bool(absl::Duration)>;

  // Waits for Docker and for the build service, for as long as `pause` says so between two tries.
  // `superseded` is called, on another thread, when another process took this runner's place.
  static absl::StatusOr<std::unique_ptr<Runner>> Start(const Config& config, const Pause& pause,
                                                       std::function<void()> superseded);
  // Detaches what still runs.
  ~Runner();

  // Takes no more jobs. Returns at once; idempotent.
  void Drain();
  // Waits for the jobs at hand. False when some are left at the deadline.
  bool WaitForJobs(absl::Time deadline);
  // Leaves the jobs at hand to the next process: their containers run on.
  void Detach();

  const JobTable& jobs() const { return jobs_; }

 private:
  Runner(const Config& config, std::unique_ptr<docker::DockerClient> docker, ContainerPolicy policy,
         std::unique_ptr<BuildLink> link, const v1::OpenSessionResponse& session,
         std::function<void()> superseded);

  SystemClock clock_;
  SystemMachineClock machine_clock_;
  SystemRandom random_;
  const std::unique_ptr<docker::DockerClient> docker_;
  const std::unique_ptr<BuildLink> link_;
  FileWatcher watcher_;
  GitFetcher git_;
  ImagePuller images_;
  JobTable jobs_;
  LeaseRenewer renewer_;
  SessionWatch session_watch_;
  JobExecutor executor_;
  std::unique_ptr<LeftoverSweeper> sweeper_;
  std::unique_ptr<LeaseLoop> leases_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_RUNNER_H_
