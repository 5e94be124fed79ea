#include "services/runner/containers/leftover_sweeper.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "services/runner/containers/job_containers.h"
#include "services/runner/job_folder.h"

namespace kozmic::runner {
namespace {

constexpr absl::Duration kFirstPause = absl::Seconds(1);

// What became of something that was left.
void Tell(absl::string_view kind, const std::string& name, const absl::Status& removed) {
  if (removed.ok()) {
    Log(Severity::kInfo, absl::StrCat("removed a ", kind, " that was left"), {{kind, name}});
  } else {
    Log(Severity::kWarning, absl::StrCat("a ", kind, " that was left is not removed yet"),
        {{kind, name}, {"error", removed}});
  }
}

}  // namespace

LeftoverSweeper::LeftoverSweeper(const docker::DockerClient& docker, const JobTable& jobs,
                                 const WarmPool& warm, InstallCache& installs, PulledImages& pulled,
                                 std::string runner, std::string work_folder,
                                 absl::Duration longest_pause)
    : docker_(docker),
      jobs_(jobs),
      warm_(warm),
      installs_(installs),
      pulled_(pulled),
      runner_(std::move(runner)),
      work_folder_(std::move(work_folder)),
      longest_pause_(longest_pause),
      next_pause_(kFirstPause),
      worker_([this] { return Sweep(); }) {}

absl::Duration LeftoverSweeper::Sweep() {
  RemoveLeftovers();
  installs_.Sweep();
  pulled_.Sweep();
  const absl::Duration pause = next_pause_;
  next_pause_ = std::min(2 * pause, longest_pause_);
  return pause;
}

void LeftoverSweeper::RemoveLeftovers() {
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
  const auto is_known = [&known](const std::map<std::string, std::string>& labels) {
    const auto id = labels.find(kIdLabel);
    return id != labels.end() && known.contains(id->second);
  };
  if (containers.ok()) {
    for (const docker::ContainerSummary& container : *containers) {
      if (is_known(container.labels)) continue;
      Tell("container", container.id, docker_.RemoveContainer(container.id));
    }
  }
  if (networks.ok()) {
    for (const docker::NetworkSummary& network : *networks) {
      if (is_known(network.labels)) continue;
      Tell("network", network.name, docker_.RemoveNetwork(network.id));
    }
  }
  for (const std::string& folder : folders) {
    if (known.contains(folder)) continue;
    Tell("folder", folder, JobFolder::Remove(work_folder_, folder, stop_.get_token()));
  }
}

}  // namespace kozmic::runner
