#include "services/runner/attempt_run.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "services/runner/init/protocol.h"

namespace kozmic::runner {
namespace {

constexpr absl::Duration kTermGrace = absl::Seconds(10);
constexpr absl::Duration kKillGrace = absl::Seconds(5);
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(5);
// Refusals that repeating will not mend; then the lease is left to run out.
constexpr int kMostRefusals = 10;
constexpr int kKilledCode = 137;

}  // namespace

AttemptRun::AttemptRun(const JobTools& tools, std::shared_ptr<grpc::Channel> logstream,
                       FileWatcher& watcher, Random& random, const ContainerPolicy& policy,
                       Job& job, std::unique_ptr<JobFolder> folder)
    : tools_(tools),
      random_(random),
      policy_(policy),
      job_(job),
      folder_(std::move(folder)),
      container_(tools.docker, policy, job, *folder_) {
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
}

std::optional<absl::Time> AttemptRun::start_time() const {
  absl::MutexLock lock(&mutex_);
  return start_time_;
}

std::optional<Outcome> AttemptRun::Prepare() {
  return JobPreparation(tools_, job_, *folder_, container_).Run();
}

std::optional<Outcome> AttemptRun::WaitForEnd() {
  container_.Watch();
  StopReason known = StopReason::kNone;
  absl::Time deadline = absl::InfiniteFuture();
  int cancel_step = 0;
  unsigned events = 0;
  while (true) {
    const StopReason reason = job_.stop_reason();
    if (reason == StopReason::kLost || reason == StopReason::kDetach) return std::nullopt;
    const auto exit = folder_->ReadExit();
    if (exit.ok() && exit->has_value()) {
      return reason == StopReason::kCancel ? Outcome::Cancelled() : Ended(**exit);
    }
    if ((events & Job::kContainerGone) != 0) {
      if (reason == StopReason::kCancel) return Outcome::Cancelled();
      if (container_.OutOfMemory()) {
        return Outcome::Error("The container ran out of memory and was killed.");
      }
      return Outcome::Error("The container was lost: its exit code was not witnessed.");
    }
    if ((events & Job::kEngineAway) != 0) {
      return Outcome::Error("Docker is not answering; what became of the container is unknown.");
    }
    if ((events & Job::kLogFailed) != 0) {
      container_.Signal("KILL");
      const absl::Status failure = uploader_->failure();
      return Outcome::Error(absl::IsResourceExhausted(failure)
                                ? absl::StrCat("The log is at its size limit: ", failure.message())
                                : absl::StrCat("The log could not be stored: ", failure.message()));
    }
    if (reason == StopReason::kCancel && (cancel_step == 0 || absl::Now() >= deadline)) {
      deadline = PressToEnd(cancel_step++);
      if (deadline == absl::InfinitePast()) return Outcome::Cancelled();
    }
    known = reason;
    events = job_.WaitForEvent(known, deadline);
  }
}

absl::Time AttemptRun::PressToEnd(int step) {
  switch (step) {
    case 0:
      container_.Signal("TERM");
      return absl::Now() + kTermGrace;
    case 1:
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
  Outcome outcome = Outcome::Of(exit);
  if (exit.error.empty() && exit.ExitCode() == kKilledCode) WaitUntilContainerIsGone();
  if (exit.error.empty() && exit.ExitCode() == kKilledCode && container_.OutOfMemory()) {
    outcome.reason =
        absl::StrCat("The ", exit.install ? "install script" : "script", " ran out of memory (",
                     policy_.memory_bytes >> 20, " MiB) and was killed.");
    folder_->AppendLog(absl::StrCat(outcome.reason, "\n")).IgnoreError();
  }
  return outcome;
}

bool AttemptRun::Finish(const Outcome& outcome) {
  folder_->RemoveSecrets();
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
