#ifndef KOZMIC_SERVICES_RUNNER_CONTAINERS_LEFTOVER_SWEEPER_H_
#define KOZMIC_SERVICES_RUNNER_CONTAINERS_LEFTOVER_SWEEPER_H_

#include <stop_token>
#include <string>

#include "absl/time/time.h"
#include "lib/base/worker.h"
#include "lib/docker/docker_client.h"
#include "services/runner/images/pulled_images.h"
#include "services/runner/install/install_cache.h"
#include "services/runner/job_table.h"
#include "services/runner/warm/warm_pool.h"

namespace kozmic::runner {

// Removes containers, networks and folders of this runner that belong to no job at hand and are not
// kept ready for one, whatever crash they are from: when made, soon after, since what a killed
// process asked the engine for may only come into being then, and with ever longer pauses. Jobs
// must be in the table before they leave anything.
class LeftoverSweeper {
 public:
  LeftoverSweeper(const docker::DockerClient& docker, const JobTable& jobs, const WarmPool& warm,
                  InstallCache& installs, PulledImages& pulled, std::string runner,
                  std::string work_folder, absl::Duration longest_pause);

  // Nothing is removed any more afterwards.
  void Stop() {
    stop_.request_stop();
    worker_.Stop();
  }

 private:
  absl::Duration Sweep();
  void RemoveLeftovers();

  const docker::DockerClient& docker_;
  const JobTable& jobs_;
  const WarmPool& warm_;
  InstallCache& installs_;
  PulledImages& pulled_;
  const std::string runner_;
  const std::string work_folder_;
  const absl::Duration longest_pause_;
  // Of the worker's thread.
  absl::Duration next_pause_;
  std::stop_source stop_;
  Worker worker_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_CONTAINERS_LEFTOVER_SWEEPER_H_
