#include "services/runner/attempt_run.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/base/trace_context.h"
#include "lib/status/annotate.h"
#include "services/runner/containers/disk_use.h"
#include "services/runner/init/protocol.h"

namespace kozmic::runner {
namespace {

// The log's last line of a script that has stalled.
constexpr char kStalledLine[] = "Sorry, your script has stalled and been killed.";
// For a preparation that is stopped to end by itself.
constexpr absl::Duration kStopGrace = absl::Milliseconds(500);
constexpr absl::Duration kTermGrace = absl::Seconds(10);
constexpr absl::Duration kKillGrace = absl::Seconds(5);
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(5);
// Refusals that repeating will not mend; then the lease is left to run out.
constexpr int kMostRefusals = 10;
constexpr int kKilledCode = 137;

const char* EndingOf(StopReason reason) {
  return reason == StopReason::kStalled    ? "stalled"
         : reason == StopReason::kTimedOut ? "timed out"
         : reason == StopReason::kDiskFull ? "disk full"
                                           : "cancelled";
}

}  // namespace

AttemptRun::AttemptRun(const JobTools& tools, std::shared_ptr<grpc::Channel> logstream,
                       FileWatcher& watcher, Random& random, const ContainerPolicy& policy,
                       Job& job, std::unique_ptr<JobFolder> folder)
    : tools_(tools),
      random_(random),
      policy_(policy),
      job_(job),
      folder_(std::move(folder)),
      network_(tools.docker, policy, job),
      mask_(tools.link, job),
      container_(tools.docker, policy, job, *folder_, network_),
      services_(tools.docker, policy, job, *folder_, network_, mask_) {
  auto watch = watcher.WatchFolder(folder_->job_path(), [this](absl::string_view name) {
    if (name == init::kStartedFile) {
      absl::MutexLock lock(&mutex_);
      start_time_ = absl::Now();
    } else {
      job_.Post(Job::kFolderChanged);
    }
  });
  if (watch.ok()) {
    watch_ = *std::move(watch);
  } else {
    // The container's end is still seen.
    Log(Severity::kError, "a job's folder cannot be watched", {{"error", watch.status()}});
  }
  uploader_ = std::make_unique<LogUploader>(
      std::move(logstream), watcher, random,
      LogUploader::Options{
          .log = job.lease().log(), .token = job.lease().log_token(), .fd = folder_->log_fd()},
      [this] { job_.Post(Job::kLogFailed); });
  // What an earlier process began to end, ends for that reason, whatever its exit code.
  const std::optional<std::string> ending = folder_->ReadNote(kEndingNote);
  for (const StopReason reason :
       {StopReason::kStalled, StopReason::kTimedOut, StopReason::kDiskFull, StopReason::kCancel}) {
    if (ending == EndingOf(reason)) job_.Stop(reason);
  }
  const std::optional<std::string> install = folder_->ReadNote(kInstallNote);
  if (install && folder_->Released()) {
    install_.running = InputsFromText(*install);
    install_.turn = tools_.installs.Resume();
    if (install_.running) {
      install_.claim =
          tools_.sharing.Resume(job.lease(), WantedInstall(job.lease(), *install_.running));
    }
  }
  limits_ = std::make_unique<TimeLimits>(tools_.clock, job_, Granted(),
                                         [this] { return folder_->LogSize(); });
  if (policy.disk_bytes > 0) {
    disk_limit_ = std::make_unique<DiskLimit>(
        job_, policy.disk_bytes, [this](const std::stop_token& stop) { return DiskUse(stop); },
        DiskLimit::Options{});
  }
}

absl::StatusOr<int64_t> AttemptRun::DiskUse(const std::stop_token& stop) const {
  std::vector<std::string> names = services_.Names();
  names.push_back(container_.Name());
  return MeasureDisk(tools_.docker, names,
                     {folder_->job_path(), folder_->source_path(), folder_->home_path()}, stop);
}

Moment AttemptRun::Granted() {
  if (const auto note = folder_->ReadNote(kGrantedNote)) {
    if (const auto granted = Moment::Parse(*note)) return *granted;
  }
  const Moment now = tools_.clock.Now();
  if (const absl::Status noted = folder_->WriteNote(kGrantedNote, now.ToString()); !noted.ok()) {
    Log(Severity::kWarning, "a restart of the runner will lengthen a job's time",
        {{"attempt", job_.lease().attempt()}, {"error", noted}});
  }
  return now;
}

std::optional<absl::Time> AttemptRun::start_time() const {
  absl::MutexLock lock(&mutex_);
  return start_time_;
}

std::optional<Outcome> AttemptRun::Prepare() {
  {
    absl::MutexLock lock(&mutex_);
    prepared_ = false;
  }
  preparing_ = AsyncInTrace([this] {
    const Profile profile = ProfileOf(policy_, job_.lease().spec());
    std::optional<Outcome> ended =
        JobPreparation(
            tools_, {.job = job_,
                     .folder = *folder_,
                     .network = network_,
                     .container = container_,
                     .services = services_,
                     .mask = mask_,
                     .install = install_,
                     .hardened = profile == Profile::kHardened,
                     // Which of them have their own is not told.
                     .foreign_kernel = profile == Profile::kIsolated && !policy_.runtime.empty()})
            .Run();
    absl::MutexLock lock(&mutex_);
    prepared_ = true;
    return ended;
  });
  const std::stop_token stop = job_.stop_token();
  // Makes the wait below look again.
  const std::stop_callback on_stop(stop, [this] { absl::MutexLock lock(&mutex_); });
  bool prepared = false;
  {
    absl::MutexLock lock(&mutex_);
    const auto due = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return prepared_ || stop.stop_requested();
    };
    mutex_.Await(absl::Condition(&due));
    prepared = mutex_.AwaitWithTimeout(absl::Condition(&prepared_), kStopGrace);
  }
  // Whom the job is passed on to must find it at rest.
  if (prepared || job_.stop_reason() >= StopReason::kDetach) return preparing_.get();
  if (job_.script_begun()) return std::nullopt;
  return Outcome::Cancelled();
}

std::optional<Outcome> AttemptRun::GoOn() {
  const auto failed = [](absl::string_view what, const absl::Status& status) {
    return Outcome::Error(absl::StrCat(what, status.message()));
  };
  const absl::Status kept =
      tools_.installs.Keep(WantedInstall(job_.lease(), *install_.running), container_.Name(),
                           *install_.turn, job_.stop_token());
  if (!kept.ok()) return failed("What the install script did could not be kept: ", kept);
  if (const absl::Status removed = container_.Remove(); !removed.ok()) {
    return failed("The install script's container could not be removed: ", removed);
  }
  tools_.sharing.Offer(std::move(install_.claim), *install_.running,
                       tools_.installs.Share(*install_.turn));
  install_.running.reset();
  job_.EndInstall();
  if (const absl::Status ready = folder_->ResetAfterInstall(); !ready.ok()) {
    return failed("The runner could not prepare the script: ", ready);
  }
  return Prepare();
}

absl::Status AttemptRun::RemoveContainers() {
  if (preparing_.valid()) preparing_.wait();
  // The network is the last to go.
  absl::Status removed = container_.Remove();
  removed.Update(services_.Remove());
  return removed;
}

Outcome AttemptRun::Stopped(StopReason reason) {
  Outcome outcome = Outcome::Cancelled();
  std::string last_line;
  if (reason == StopReason::kStalled) {
    outcome = Outcome::Stalled(job_.lease().spec().stall_timeout_seconds());
    last_line = kStalledLine;
  } else if (reason == StopReason::kTimedOut) {
    outcome = Outcome::TimedOut(job_.lease().spec().timeout_seconds());
    last_line = outcome.reason;
  } else if (reason == StopReason::kDiskFull) {
    outcome = Outcome::DiskFull(policy_.disk_bytes);
    last_line = outcome.reason;
  }
  if (!last_line.empty()) {
    services_.TellOfFailure();
    folder_->EndLog(last_line).IgnoreError();
  }
  return outcome;
}

std::optional<Outcome> AttemptRun::WaitForEnd() {
  container_.Watch();
  if (!installing()) services_.Watch();
  limits_->WatchOutput(tools_.clock.Now().wall - folder_->LastOutputTime());
  absl::Time deadline = absl::InfiniteFuture();
  int step = 0;
  bool pressed = folder_->ReadNote(kEndingNote).has_value();
  unsigned events = 0;
  while (true) {
    const StopReason reason = job_.stop_reason();
    if (reason >= StopReason::kDetach) return std::nullopt;
    // A script that ended by itself before its time was over has its own end.
    const bool stopped = reason == StopReason::kCancel || (pressed && reason != StopReason::kNone);
    const auto exit = folder_->ReadExit();
    if (exit.ok() && exit->has_value()) return stopped ? Stopped(reason) : Ended(**exit);
    if ((events & Job::kContainerGone) != 0) {
      if (stopped) return Stopped(reason);
      if (container_.OutOfMemory()) {
        return Outcome::Error("The container ran out of memory and was killed.");
      }
      // An engine that was killed as it started it knows nothing of what runs in it.
      folder_->Tell(init::kKill).IgnoreError();
      return Outcome::Error("The container was lost: its exit code was not witnessed.");
    }
    if ((events & Job::kEngineAway) != 0 && !stopped) {
      return Outcome::Error("Docker is not answering; what became of the container is unknown.");
    }
    if ((events & Job::kLogFailed) != 0) {
      container_.Signal("KILL");
      const absl::Status failure = uploader_->failure();
      return Outcome::Error(absl::IsResourceExhausted(failure)
                                ? absl::StrCat("The log is at its size limit: ", failure.message())
                                : absl::StrCat("The log could not be stored: ", failure.message()));
    }
    if (reason != StopReason::kNone && (step == 0 || absl::Now() >= deadline)) {
      if (!std::exchange(pressed, true)) {
        folder_->WriteNote(kEndingNote, EndingOf(reason)).IgnoreError();
      }
      deadline = PressToEnd(step++);
      if (deadline == absl::InfinitePast()) return Stopped(reason);
    }
    events = job_.WaitForEvent(reason, deadline);
  }
}

absl::Time AttemptRun::PressToEnd(int step) {
  switch (step) {
    case 0:
      // By the engine only if need be: it may hang.
      if (!folder_->Tell(init::kEnd).ok()) container_.Signal("TERM");
      return absl::Now() + kTermGrace;
    case 1:
      folder_->Tell(init::kKill).IgnoreError();
      container_.Signal(init::kKillEverythingSignal);
      return absl::Now() + kKillGrace;
    case 2:
      container_.Signal("KILL");
      return absl::Now() + kKillGrace;
    default:
      return absl::InfinitePast();
  }
}

void AttemptRun::WaitUntilContainerIsGone() {
  const absl::Time deadline = absl::Now() + kKillGrace;
  while (absl::Now() < deadline &&
         (job_.WaitForEvent(job_.stop_reason(), deadline) & Job::kContainerGone) == 0) {
  }
}

Outcome AttemptRun::Ended(const ScriptExit& exit) {
  Outcome outcome = Outcome::Of(exit, installing());
  if (!installing() && exit.ExitCode() != 0) services_.TellOfFailure();
  if (exit.error.empty() && exit.ExitCode() == kKilledCode) WaitUntilContainerIsGone();
  if (exit.error.empty() && exit.ExitCode() == kKilledCode && container_.OutOfMemory()) {
    outcome.reason =
        absl::StrCat("The ", installing() ? "install script" : "script", " ran out of memory (",
                     policy_.memory_bytes >> 20, " MiB) and was killed.");
    folder_->AppendLog(absl::StrCat(outcome.reason, "\n")).IgnoreError();
  }
  return outcome;
}

bool AttemptRun::Finish(const Outcome& outcome) {
  limits_.reset();
  disk_limit_.reset();
  services_.StopWatching();
  folder_->RemoveSecrets();
  // Others need not wait for the report of an install script that failed. A preparation that hangs
  // may still use it.
  if (!preparing_.valid()) {
    const bool failed = installing() && outcome.outcome != v1::FinishJobRequest::OUTCOME_CANCELLED;
    if (failed) install_.turn->SetFailed();
    install_.turn.reset();
    tools_.sharing.GiveUp(std::move(install_.claim), failed);
  }
  const std::stop_callback on_abandon(job_.abandon_token(), [this] { uploader_->CancelWaits(); });
  const absl::Status carried = uploader_->WaitFor(folder_->LogSize(), absl::InfiniteFuture());
  if (absl::IsCancelled(carried)) return false;

  v1::FinishJobRequest request;
  request.set_attempt(job_.lease().attempt());
  request.set_fence(job_.lease().fence());
  request.set_outcome(outcome.outcome);
  request.set_exit_code(outcome.exit_code);
  request.set_reason(outcome.reason);
  if (!carried.ok() && outcome.outcome == v1::FinishJobRequest::OUTCOME_EXITED) {
    // Green only with the whole log.
    const Outcome error =
        Outcome::Error(absl::StrCat("The log could not be stored: ", carried.message()));
    request.set_outcome(error.outcome);
    request.set_exit_code(0);
    request.set_reason(error.reason);
  }
  request.set_log_size(uploader_->acknowledged());
  if (carried.ok()) {
    const absl::StatusOr<std::string> sha256 = uploader_->Sha256(request.log_size());
    if (sha256.ok()) request.set_log_sha256(*sha256);
  }
  if (const auto started = start_time()) {
    const int64_t micros = absl::ToUnixMicros(*started);
    request.mutable_script_start_time()->set_seconds(micros / 1000000);
    request.mutable_script_start_time()->set_nanos(static_cast<int32_t>(micros % 1000000) * 1000);
  }
  return ReportUntilAcknowledged(request);
}

bool AttemptRun::ReportUntilAcknowledged(const v1::FinishJobRequest& request) {
  int failures = 0;
  int refusals = 0;
  while (!job_.abandon_token().stop_requested()) {
    const absl::Status status = tools_.link.FinishJob(request);
    if (status.ok()) {
      job_.MarkReported();
      return true;
    }
    const std::string reason = Reason(status);
    Log(Severity::kWarning, "the build service did not take a job's end",
        {{"attempt", request.attempt()}, {"error", status}});
    if (reason == "stale_fence" || reason == "stale_session") return false;
    if (!IsRetryable(status) && ++refusals == kMostRefusals) return false;
    absl::Notification abandoned;
    const std::stop_callback on_abandon(job_.abandon_token(), [&] { abandoned.Notify(); });
    abandoned.WaitForNotificationWithTimeout(
        Backoff(++failures, kFirstPause, kLongestPause, random_));
  }
  return false;
}

}  // namespace kozmic::runner
