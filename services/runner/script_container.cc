#include "services/runner/script_container.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "lib/base/log.h"
#include "lib/status/macros.h"
#include "services/runner/init/protocol.h"

namespace kozmic::runner {
namespace {

constexpr absl::Duration kWaitCall = absl::Hours(1);
constexpr absl::Duration kAskAgain = absl::Milliseconds(500);
// So long an engine may be away before its containers are given up.
constexpr absl::Duration kEnginePatience = absl::Seconds(60);

}  // namespace

ScriptContainer::ScriptContainer(const docker::DockerClient& docker, const ContainerPolicy& policy,
                                 Job& job, const JobFolder& folder)
    : docker_(docker), policy_(policy), job_(job), folder_(folder) {}

ScriptContainer::~ScriptContainer() = default;

std::string ScriptContainer::NameOf(absl::string_view runner, absl::string_view id) {
  return absl::StrCat("kozmic-", runner, "-", id);
}

std::string ScriptContainer::Name() const { return NameOf(policy_.runner, folder_.id()); }

docker::ContainerSpec ScriptContainer::Spec(absl::string_view image) const {
  docker::ContainerSpec spec;
  spec.image = std::string(image);
  spec.entrypoint = {init::kInitPath, init::kJobFolder};
  spec.labels = {{kRunnerLabel, policy_.runner},
                 {kAttemptLabel, job_.lease().attempt()},
                 {kIdLabel, folder_.id()}};
  spec.user = "0:0";
  spec.working_directory = "/";
  spec.hostname = "kozmic";
  spec.mounts = {{policy_.init_path, init::kInitPath, true},
                 {folder_.job_path(), init::kJobFolder, false},
                 {folder_.source_path(), "/kozmic/src", false}};
  spec.memory_bytes = policy_.memory_bytes;
  spec.nano_cpus = policy_.nano_cpus;
  spec.pids_limit = policy_.pids_limit;
  spec.network_mode = policy_.network_mode;
  // What sudo, su and package managers need, and no more.
  spec.drop_capabilities = {"ALL"};
  spec.add_capabilities = {
      "AUDIT_WRITE", "CHOWN",  "DAC_OVERRIDE", "FOWNER",     "FSETID",
      "KILL",        "SETGID", "SETUID",       "SYS_CHROOT", "NET_BIND_SERVICE"};
  return spec;
}

absl::Status ScriptContainer::Start(absl::string_view image) {
  auto id = docker_.CreateContainer(Spec(image), Name());
  if (absl::IsFailedPrecondition(id.status())) {
    KOZMIC_RETURN_IF_ERROR(RemoveNamesake());
    id = docker_.CreateContainer(Spec(image), Name());
  }
  if (!id.ok()) return id.status();
  job_.set_container_id(*id);
  return docker_.StartContainer(*id);
}

absl::Status ScriptContainer::RemoveNamesake() const {
  const auto namesake = docker_.InspectContainer(Name());
  if (absl::IsNotFound(namesake.status())) return absl::OkStatus();
  if (!namesake.ok()) return namesake.status();
  const auto runner = namesake->labels.find(kRunnerLabel);
  if (runner == namesake->labels.end() || runner->second != policy_.runner) {
    return absl::AlreadyExistsError(
        absl::StrCat("a container that is not this runner's has the name ", Name()));
  }
  return docker_.RemoveContainer(namesake->id);
}

absl::StatusOr<docker::ContainerInfo> ScriptContainer::Find() {
  KOZMIC_ASSIGN_OR_RETURN(docker::ContainerInfo info, docker_.InspectContainer(Name()));
  job_.set_container_id(info.id);
  return info;
}

void ScriptContainer::Watch() {
  watcher_ = std::jthread([this](const std::stop_token& stop) { WatchUntilGone(stop); });
}

void ScriptContainer::WatchUntilGone(const std::stop_token& stop) {
  const std::string id = Name();
  absl::Time away_since = absl::InfiniteFuture();
  bool told = false;
  while (!stop.stop_requested()) {
    absl::Status waited = docker_.WaitContainer(id, kWaitCall, stop).status();
    if (absl::IsDeadlineExceeded(waited)) continue;
    if (absl::IsCancelled(waited)) return;
    if (!waited.ok() && !absl::IsNotFound(waited)) {
      const auto info = docker_.InspectContainer(id);
      if (info.ok() && info->running) {
        away_since = absl::InfiniteFuture();
        continue;
      }
      waited = info.status();
    }
    if (waited.ok() || absl::IsNotFound(waited)) {
      job_.Post(Job::kContainerGone);
      return;
    }
    if (away_since == absl::InfiniteFuture()) {
      away_since = absl::Now();
      Log(Severity::kWarning, "Docker is away; waiting for it",
          {{"attempt", job_.lease().attempt()}, {"error", waited}});
    }
    if (!told && absl::Now() - away_since > kEnginePatience) {
      told = true;
      job_.Post(Job::kEngineAway);
    }
    absl::Notification stopped;
    const std::stop_callback on_stop(stop, [&stopped] { stopped.Notify(); });
    stopped.WaitForNotificationWithTimeout(kAskAgain);
  }
}

void ScriptContainer::Signal(absl::string_view signal) {
  signals_.push_back(std::async(std::launch::async, [this, signal = std::string(signal)] {
    const absl::Status sent = docker_.KillContainer(Name(), signal);
    if (!sent.ok()) {
      Log(Severity::kInfo, "a container took no signal",
          {{"attempt", job_.lease().attempt()}, {"signal", signal}, {"error", sent}});
    }
  }));
}

bool ScriptContainer::OutOfMemory() const {
  const auto info = docker_.InspectContainer(Name());
  return info.ok() && info->oom_killed;
}

absl::Status ScriptContainer::Remove() {
  watcher_ = std::jthread();
  signals_.clear();
  absl::Status removed = RemoveNamesake();
  return absl::IsAlreadyExists(removed) ? absl::OkStatus() : removed;
}

}  // namespace kozmic::runner
