#include "services/runner/containers/script_container.h"

#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "lib/base/log.h"
#include "lib/base/trace_context.h"
#include "lib/status/macros.h"
#include "services/runner/init/protocol.h"

namespace kozmic::runner {
namespace {

constexpr char kHostname[] = "kozmic";
constexpr absl::Duration kWaitCall = absl::Hours(1);
constexpr absl::Duration kAskAgain = absl::Milliseconds(500);
// So long an engine may be away before its containers are given up.
constexpr absl::Duration kEnginePatience = absl::Seconds(60);

}  // namespace

ScriptContainer::ScriptContainer(const docker::DockerClient& docker, const ContainerPolicy& policy,
                                 Job& job, const JobFolder& folder, const JobNetwork& network)
    : docker_(docker), policy_(policy), job_(job), folder_(folder), network_(network) {}

ScriptContainer::~ScriptContainer() = default;

std::string ScriptContainer::Name() const {
  return NameOfJob(policy_.runner, folder_.ContainerId());
}

docker::ContainerSpec ScriptContainer::Spec(absl::string_view image, Purpose purpose) const {
  docker::ContainerSpec spec = CommonSpec(policy_, job_.lease());
  spec.image = std::string(image);
  spec.entrypoint = {init::kInitPath, init::kJobFolder};
  spec.user = "0:0";
  spec.working_directory = "/";
  spec.hostname = kHostname;
  spec.mounts = {{policy_.init_path, init::kInitPath, true},
                 {folder_.job_path(), init::kJobFolder, false},
                 {folder_.source_path(), "/kozmic/src", false}};
  if (purpose == Purpose::kInstall) spec.mounts.push_back({folder_.home_path(), "/kozmic", false});
  return spec;
}

absl::Status ScriptContainer::Start(absl::string_view image, Purpose purpose) {
  const docker::ContainerSpec spec = Spec(image, purpose);
  if (purpose == Purpose::kScript && network_.wanted()) {
    const auto id = network_.Start(spec, Name(), kHostname);
    if (id.ok()) job_.set_container_id(*id);
    return id.status();
  }
  KOZMIC_ASSIGN_OR_RETURN(const std::string id, CreateOwnContainer(docker_, policy_, spec, Name()));
  job_.set_container_id(id);
  return docker_.StartContainer(id);
}

absl::StatusOr<docker::ContainerInfo> ScriptContainer::Find() {
  KOZMIC_ASSIGN_OR_RETURN(docker::ContainerInfo info, docker_.InspectContainer(Name()));
  job_.set_container_id(info.id);
  return info;
}

void ScriptContainer::Watch() {
  watcher_ = std::jthread([this, context = CurrentTrace()](const std::stop_token& stop) {
    const TraceScope trace(context);
    WatchUntilGone(stop);
  });
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
  signals_.push_back(AsyncInTrace([this, signal = std::string(signal)] {
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
  return RemoveOwnContainer(docker_, policy_, Name());
}

}  // namespace kozmic::runner
