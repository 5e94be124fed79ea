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
#include "lib/base/worker.h"
#include "lib/docker/docker_client.h"
#include "services/runner/config.h"
#include "services/runner/containers/leftover_sweeper.h"
#include "services/runner/fetch/git_fetcher.h"
#include "services/runner/fetch/submodule_fetcher.h"
#include "services/runner/images/image_puller.h"
#include "services/runner/images/pulled_images.h"
#include "services/runner/install/cache_registry.h"
#include "services/runner/install/install_cache.h"
#include "services/runner/install/install_sharing.h"
#include "services/runner/install/install_tidier.h"
#include "services/runner/install/last_images.h"
#include "services/runner/job_executor.h"
#include "services/runner/job_table.h"
#include "services/runner/leases/build_link.h"
#include "services/runner/leases/lease_loop.h"
#include "services/runner/leases/lease_renewer.h"
#include "services/runner/leases/session_watch.h"
#include "services/runner/log/file_watcher.h"
#include "services/runner/machine_clock.h"
#include "services/runner/machine_watch.h"
#include "services/runner/network/runner_networks.h"
#include "services/runner/warm/warm_pool.h"

namespace kozmic::runner {

// A runner at work: adopts what the one before it left, then leases and runs jobs until Shutdown.
class Runner {
 public:
  // Waits until somebody asks the process to end, or the time has passed. False: somebody did.
  using Pause = std::function<bool(absl::Duration)>;

  // Both are called on other threads.
  struct Events {
    // Another process took this runner's place.
    std::function<void()> superseded;
    // The machine became unfit for jobs, which the status tells; no more are taken until it is OK.
    std::function<void(const absl::Status&)> fitness = [](const absl::Status&) {};
  };

  // Waits for Docker and for the build service, for as long as `pause` says so between two tries.
  static absl::StatusOr<std::unique_ptr<Runner>> Start(const Config& config, const Pause& pause,
                                                       Events events);
  // Detaches what still runs.
  ~Runner();

  // Takes no more jobs. Returns at once; idempotent.
  void Drain();
  // Waits for the jobs at hand, and for what they share with other runners. False when some are
  // left at the deadline.
  bool WaitForJobs(absl::Time deadline);
  // Once there are no jobs and none come: removes the networks that were made for them.
  void RemoveNetworks() {
    machine_watch_->Stop();
    networks_->Remove();
  }
  // Leaves the jobs at hand to the next process: their containers run on.
  void Detach();

  const JobTable& jobs() const { return jobs_; }
  // What it proves itself by, and those who administrate it.
  std::string bearer() const { return link_->bearer(); }
  // OK, or why no more jobs are taken for now.
  absl::Status fitness() const { return machine_watch_->status(); }

 private:
  struct Credentials;
  // What it reaches, and has made sure of.
  struct Surroundings {
    std::unique_ptr<docker::DockerClient> docker;
    GitUser git_user;
    ContainerPolicy policy;
    std::unique_ptr<RunnerNetworks> networks;
    std::unique_ptr<Credentials> credentials;
    std::unique_ptr<BuildLink> link;
    // May be null.
    std::unique_ptr<CacheRegistry> registry;
  };
  Runner(const Config& config, Surroundings surroundings, const v1::OpenSessionResponse& session,
         Events events);
  absl::Duration RotateCredential();

  SystemClock clock_;
  SystemMachineClock machine_clock_;
  SystemRandom random_;
  const std::unique_ptr<docker::DockerClient> docker_;
  const std::unique_ptr<RunnerNetworks> networks_;
  const std::unique_ptr<BuildLink> link_;
  const std::unique_ptr<Credentials> credentials_;
  // May be null.
  const std::unique_ptr<CacheRegistry> registry_;
  FileWatcher watcher_;
  GitFetcher git_;
  const SubmoduleFetcher submodules_;
  PulledImages pulled_;
  ImagePuller images_;
  InstallCache installs_;
  InstallTidier tidier_;
  InstallSharing sharing_;
  LastImages last_images_;
  JobTable jobs_;
  WarmPool warm_;
  LeaseRenewer renewer_;
  SessionWatch session_watch_;
  JobExecutor executor_;
  std::unique_ptr<LeftoverSweeper> sweeper_;
  std::unique_ptr<LeaseLoop> leases_;
  std::unique_ptr<MachineWatch> machine_watch_;
  // Null: it has the installation's runner token.
  std::unique_ptr<Worker> rotation_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_RUNNER_H_
