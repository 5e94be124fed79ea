#include "services/runner/containers/leftover_sweeper.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "services/runner/containers/job_containers.h"
#include "services/runner/job_folder.h"

namespace kozmic::runner {

LeftoverSweeper::LeftoverSweeper(const docker::DockerClient& docker, const JobTable& jobs,
                                 const WarmPool& warm, InstallCache& installs, PulledImages& pulled,
                                 std::string runner, std::string work_folder,
                                 absl::Duration interval)
    : docker_(docker),
      jobs_(jobs),
      warm_(warm),
      installs_(installs),
      pulled_(pulled),
      runner_(std::move(runner)),
      work_folder_(std::move(work_folder)),
      interval_(interval),
      worker_([this] { return Sweep(); }) {}

absl::Duration LeftoverSweeper::Sweep() {
  // What is there is listed before the jobs are: a job that comes in between is not taken for a
  // leftover.
  const auto containers = docker_.ListContainers(absl::StrCat(kRunnerLabel, "=", runner_));
  const auto networks = docker_.ListNetworks(absl::StrCat(kRunnerLabel, "=", runner_));
  const std::vector<std::string> folders = JobFolder::List(work_folder_);
  // What is taken from the ready ones is a job's first.
  std::set<std::string> known = warm_.Ids();
  for (const auto& job : jobs_.Jobs()) {
    const std::string id = JobFolder::IdOf(job->lease());
    known.insert(id);
    // One that an earlier process took for it.
    if (const auto container = JobFolder::WarmOf(work_folder_, id)) known.insert(container->id);
  }
  if (containers.ok()) {
    for (const docker::ContainerSummary& container : *containers) {
      const auto id = container.labels.find(kIdLabel);
      if (id != container.labels.end() && known.contains(id->second)) continue;
      Log(Severity::kInfo, "removing a container that was left", {{"container", container.id}});
      docker_.RemoveContainer(container.id).IgnoreError();
    }
  }
  if (networks.ok()) {
    for (const docker::NetworkSummary& network : *networks) {
      const auto id = network.labels.find(kIdLabel);
      if (id != network.labels.end() && known.contains(id->second)) continue;
      Log(Severity::kInfo, "removing a network that was left", {{"network", network.name}});
      docker_.RemoveNetwork(network.id).IgnoreError();
    }
  }
  for (const std::string& folder : folders) {
    if (known.contains(folder)) continue;
    Log(Severity::kInfo, "removing a folder that was left", {{"folder", folder}});
    const absl::Status removed = JobFolder::Remove(work_folder_, folder, stop_.get_token());
    if (!removed.ok()) {
      Log(Severity::kWarning, "a folder is not removed yet",
          {{"folder", folder}, {"error", removed}});
    }
  }
  installs_.Sweep();
  pulled_.Sweep();
  return interval_;
}

}  // namespace kozmic::runner
