#include "services/runner/time_limits.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/base/log.h"
#include "lib/base/trace_context.h"

namespace kozmic::runner {
namespace {

constexpr std::chrono::milliseconds kLook(200);

}  // namespace

TimeLimits::TimeLimits(const MachineClock& clock, Job& job, const Moment& granted, LogSize log_size)
    : clock_(clock),
      job_(job),
      granted_(granted),
      log_size_(std::move(log_size)),
      most_(absl::Seconds(job.lease().spec().timeout_seconds())),
      most_silence_(absl::Seconds(job.lease().spec().stall_timeout_seconds())) {
  if (most_ <= absl::ZeroDuration() && most_silence_ <= absl::ZeroDuration()) return;
  thread_ = std::jthread([this, context = CurrentTrace()](const std::stop_token& stop) {
    const TraceScope trace(context);
    Run(stop);
  });
}

TimeLimits::~TimeLimits() = default;

void TimeLimits::WatchOutput(absl::Duration silent) {
  const std::lock_guard lock(mutex_);
  silence_ = Silence{
      .size = log_size_(), .since = clock_.Now(), .before = std::max(silent, absl::ZeroDuration())};
}

void TimeLimits::Run(const std::stop_token& stop) {
  StopReason reason = StopReason::kNone;
  {
    std::unique_lock lock(mutex_);
    while (reason = Check(), reason == StopReason::kNone) {
      woken_.wait_for(lock, stop, kLook, [] { return false; });
      if (stop.stop_requested()) return;
    }
  }
  Log(Severity::kInfo, "a job's time is over",
      {{"attempt", job_.lease().attempt()}, {"stalled", reason == StopReason::kStalled}});
  job_.Stop(reason);
}

StopReason TimeLimits::Check() {
  const Moment now = clock_.Now();
  if (most_ > absl::ZeroDuration() && Elapsed(granted_, now) >= most_) return StopReason::kTimedOut;
  if (most_silence_ <= absl::ZeroDuration() || !silence_) return StopReason::kNone;
  if (const int64_t size = log_size_(); size != silence_->size) {
    silence_ = Silence{.size = size, .since = now, .before = absl::ZeroDuration()};
  }
  return silence_->before + Elapsed(silence_->since, now) >= most_silence_ ? StopReason::kStalled
                                                                           : StopReason::kNone;
}

}  // namespace kozmic::runner
