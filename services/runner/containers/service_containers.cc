#include "services/runner/containers/service_containers.h"

#include <unistd.h>

#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "lib/base/log.h"
#include "lib/base/trace_context.h"

namespace kozmic::runner {
namespace {

// Of a service's log, what the engine keeps and what is shown.
constexpr int64_t kKeptLog = 1 << 20;
constexpr int kShownLines = 50;
constexpr size_t kShownBytes = 16 << 10;
// A report waits no longer for an engine that hangs.
constexpr absl::Duration kTailCall = absl::Seconds(3);
constexpr absl::Duration kWaitCall = absl::Hours(1);
constexpr absl::Duration kAskAgain = absl::Milliseconds(500);

std::string Called(const v1::Service& service) {
  return absl::StrCat("The service \"", service.name(), "\" (", service.image(), ")");
}

}  // namespace

ServiceContainers::ServiceContainers(const docker::DockerClient& docker,
                                     const ContainerPolicy& policy, Job& job, JobFolder& folder,
                                     const JobNetwork& network, LogMask& mask)
    : docker_(docker), policy_(policy), job_(job), folder_(folder), network_(network), mask_(mask) {
  const auto told = folder.ReadNote(kServicesNote);
  if (!told) return;
  for (const absl::string_view name : absl::StrSplit(*told, '\n', absl::SkipEmpty())) {
    ended_.insert(std::string(name));
  }
}

ServiceContainers::~ServiceContainers() { StopWatching(); }

std::vector<std::string> ServiceContainers::Names() const {
  std::vector<std::string> names;
  for (const v1::Service& service : job_.lease().spec().services()) {
    names.push_back(NameOf(service));
  }
  return names;
}

std::string ServiceContainers::NameOf(const v1::Service& service) const {
  return absl::StrCat(NameOfJob(policy_.runner, folder_.id()), "-", service.name());
}

absl::Status ServiceContainers::Start(const Pull& pull) const {
  std::vector<std::future<absl::Status>> starts;
  for (const v1::Service& service : job_.lease().spec().services()) {
    starts.push_back(AsyncInTrace([this, &service, &pull] { return StartOne(service, pull); }));
  }
  // What made the others stop says more than that they did.
  absl::Status first;
  for (std::future<absl::Status>& start : starts) {
    const absl::Status started = start.get();
    if (first.ok() || absl::IsCancelled(first)) first = started.ok() ? first : started;
  }
  return first;
}

absl::Status ServiceContainers::StartOne(const v1::Service& service, const Pull& pull) const {
  const auto image = pull(service);
  if (!image.ok()) {
    return absl::Status(image.status().code(),
                        absl::StrCat(Called(service), ": ", image.status().message()));
  }
  docker::ContainerSpec spec = CommonSpec(policy_, job_.lease());
  spec.image = *image;
  spec.hostname = service.name();
  for (const auto& [name, value] : service.environment()) {
    spec.environment.push_back(absl::StrCat(name, "=", value));
  }
  if (ProfileOf(policy_, job_.lease().spec()) == Profile::kHardened)
    spec.security_options = {"no-new-privileges"};
  spec.log_bytes = kKeptLog;
  if (job_.stop_token().stop_requested()) return absl::CancelledError("stopped");
  const auto started = network_.Start(std::move(spec), NameOf(service), service.name());
  if (started.ok()) return absl::OkStatus();
  return absl::Status(
      started.status().code(),
      absl::StrCat(Called(service), " could not be started: ", started.status().message()));
}

void ServiceContainers::Watch() {
  absl::MutexLock lock(&watchers_mutex_);
  if (!watchers_.empty()) return;
  for (const v1::Service& service : job_.lease().spec().services()) {
    watchers_.emplace_back([this, &service, context = CurrentTrace()](const std::stop_token& stop) {
      const TraceScope trace(context);
      WatchOne(service, stop);
    });
  }
}

void ServiceContainers::WatchOne(const v1::Service& service, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const absl::Status waited = docker_.WaitContainer(NameOf(service), kWaitCall, stop).status();
    if (absl::IsDeadlineExceeded(waited)) continue;
    if (absl::IsCancelled(waited)) return;
    if (waited.ok() || absl::IsNotFound(waited)) {
      TellOfEnd(service);
      return;
    }
    absl::Notification stopped;
    const std::stop_callback on_stop(stop, [&stopped] { stopped.Notify(); });
    stopped.WaitForNotificationWithTimeout(kAskAgain);
  }
}

void ServiceContainers::StopWatching() {
  std::vector<std::jthread> watchers;
  {
    absl::MutexLock lock(&watchers_mutex_);
    watchers.swap(watchers_);
  }
  for (std::jthread& watcher : watchers) watcher.request_stop();
}

void ServiceContainers::TellOfEnd(const v1::Service& service) {
  absl::MutexLock lock(&mutex_);
  if (!ended_.insert(service.name()).second) return;
  const auto info = docker_.InspectContainer(NameOf(service));
  std::string how = "is gone: somebody removed its container";
  if (info.ok()) {
    how = info->oom_killed
              ? absl::StrCat("ran out of memory (", policy_.memory_bytes >> 20,
                             " MiB) and was killed")
              : absl::StrCat("ended before the script, with exit code ", info->exit_code);
  }
  Say(absl::StrCat(Called(service), " ", how, ".\n", info.ok() ? Tail(service) : ""));
  // The script's time limits and its end matter more than that this is told twice.
  folder_.WriteNote(kServicesNote, absl::StrJoin(ended_, "\n")).IgnoreError();
}

void ServiceContainers::TellOfFailure() {
  StopWatching();
  absl::MutexLock lock(&mutex_);
  if (std::exchange(failure_told_, true)) return;
  std::vector<std::pair<const v1::Service*, std::future<std::string>>> tails;
  for (const v1::Service& service : job_.lease().spec().services()) {
    if (ended_.contains(service.name())) continue;
    tails.emplace_back(&service, AsyncInTrace([this, &service] { return Tail(service); }));
  }
  for (auto& [service, tail] : tails) {
    const std::string lines = tail.get();
    if (!lines.empty()) Say(absl::StrCat(Called(*service), " wrote at last:\n", lines));
  }
}

std::string ServiceContainers::Tail(const v1::Service& service) {
  const auto text = docker_.TailLog(NameOf(service), kShownLines, kShownBytes, kTailCall);
  if (absl::IsNotFound(text.status())) return "";
  const auto masked = text.ok() ? mask_.MaskSurely(*text) : text;
  if (!masked.ok()) {
    return absl::StrCat("Its log cannot be shown: ", masked.status().message(), "\n");
  }
  std::string lines;
  if (masked->empty()) return lines;
  for (const absl::string_view line : absl::StrSplit(absl::StripSuffix(*masked, "\n"), '\n')) {
    absl::StrAppend(&lines, service.name(), " | ", line, "\n");
  }
  return lines;
}

void ServiceContainers::Say(absl::string_view lines) {
  char last = '\n';
  const int64_t size = folder_.LogSize();
  if (size > 0 && pread(folder_.log_fd(), &last, 1, size - 1) != 1) last = '\n';
  if (const absl::Status status =
          folder_.AppendLog(last == '\n' ? std::string(lines) : absl::StrCat("\n", lines));
      !status.ok()) {
    Log(Severity::kError, "cannot write to a log",
        {{"attempt", job_.lease().attempt()}, {"error", status}});
  }
}

absl::Status ServiceContainers::Remove() {
  StopWatching();
  std::vector<std::future<absl::Status>> removals;
  for (const v1::Service& service : job_.lease().spec().services()) {
    removals.push_back(AsyncInTrace(
        [this, &service] { return RemoveOwnContainer(docker_, policy_, NameOf(service)); }));
  }
  absl::Status first;
  for (std::future<absl::Status>& removal : removals) first.Update(removal.get());
  first.Update(network_.Remove());
  return first;
}

}  // namespace kozmic::runner
