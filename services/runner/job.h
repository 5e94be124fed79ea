#ifndef KOZMIC_SERVICES_RUNNER_JOB_H_
#define KOZMIC_SERVICES_RUNNER_JOB_H_

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "kozmic/runner/v1/runner.pb.h"

namespace kozmic::runner {

// Why a job is to end before its script does. A later word of more weight replaces an earlier one.
enum class StopReason {
  kNone = 0,
  // Its script has written nothing for too long.
  kStalled = 1,
  // It has had its time.
  kTimedOut = 2,
  // It has written more to the disk than it may.
  kDiskFull = 3,
  // Somebody cancelled the job.
  kCancel = 4,
  // This process ends, and another one will take the container over. It and what is above end what
  // this process does for the job; what is below ends the job, and that is to be reported.
  kDetach = 5,
  // The lease is not ours any more.
  kLost = 6,
};

// A leased attempt at hand, as all threads that deal with it know it. Thread-safe.
class Job {
 public:
  // `on_reported`: called when MarkReported is, while the job is not locked.
  explicit Job(
      v1::Lease lease, std::function<void()> on_reported = [] {})
      : lease_(std::move(lease)), on_reported_(std::move(on_reported)) {}

  const v1::Lease& lease() const { return lease_; }

  v1::Phase phase() const {
    absl::MutexLock lock(&mutex_);
    return phase_;
  }
  struct PhaseBegin {
    std::chrono::steady_clock::time_point time;
    // The log's size then, if this process saw the phase begin.
    std::optional<int64_t> log_offset;
  };
  void set_phase(v1::Phase phase, std::optional<int64_t> log_offset) {
    absl::MutexLock lock(&mutex_);
    phase_ = phase;
    begun_.try_emplace(phase, PhaseBegin{std::chrono::steady_clock::now(), log_offset});
  }
  // When each phase first began, of those that this process was in.
  std::map<v1::Phase, PhaseBegin> begun() const {
    absl::MutexLock lock(&mutex_);
    return begun_;
  }
  std::string container_id() const {
    absl::MutexLock lock(&mutex_);
    return container_id_;
  }
  void set_container_id(const std::string& id) {
    absl::MutexLock lock(&mutex_);
    container_id_ = id;
  }

  // Its end is acknowledged: there is no lease any more, only things to clean away.
  void MarkReported() {
    {
      absl::MutexLock lock(&mutex_);
      reported_ = true;
    }
    on_reported_();
  }
  bool reported() const {
    absl::MutexLock lock(&mutex_);
    return reported_;
  }

  void Stop(StopReason reason) {
    {
      absl::MutexLock lock(&mutex_);
      if (reason <= stop_) return;
      stop_ = reason;
    }
    stop_source_.request_stop();
    if (reason >= StopReason::kDetach) abandon_source_.request_stop();
  }
  StopReason stop_reason() const {
    absl::MutexLock lock(&mutex_);
    return stop_;
  }
  // Becomes true with the first Stop.
  std::stop_token stop_token() const { return stop_source_.get_token(); }
  // Becomes true when this process has nothing more to do for the job.
  std::stop_token abandon_token() const { return abandon_source_.get_token(); }

  // The script is about to get its word. False when the job is to stop: then it must not.
  bool BeginScript() {
    absl::MutexLock lock(&mutex_);
    script_begun_ = stop_ == StopReason::kNone;
    return script_begun_;
  }
  // It cannot have been heard.
  void TakeBackScript() {
    absl::MutexLock lock(&mutex_);
    script_begun_ = false;
  }
  // The install script has ended and its container is gone: the script is yet to begin.
  void EndInstall() {
    absl::MutexLock lock(&mutex_);
    script_begun_ = false;
    events_ &= kLogFailed;
  }
  bool script_begun() const {
    absl::MutexLock lock(&mutex_);
    return script_begun_;
  }

  // What happened to the container; makes WaitForEvent look again.
  enum Event : unsigned {
    // A file of the job folder appeared: perhaps the script's end.
    kFolderChanged = 1,
    // The container does not run.
    kContainerGone = 2,
    // The engine has not answered for too long.
    kEngineAway = 4,
    // The log cannot be continued.
    kLogFailed = 8,
  };
  void Post(Event event) {
    absl::MutexLock lock(&mutex_);
    events_ |= event;
  }
  // Waits for an event or a stop reason above `known`; returns the events, and forgets them.
  unsigned WaitForEvent(StopReason known, absl::Time deadline) {
    absl::MutexLock lock(&mutex_);
    const auto ready = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return events_ != 0 || stop_ > known;
    };
    mutex_.AwaitWithDeadline(absl::Condition(&ready), deadline);
    return std::exchange(events_, 0);
  }

 private:
  const v1::Lease lease_;
  const std::function<void()> on_reported_;
  std::stop_source stop_source_;
  std::stop_source abandon_source_;
  mutable absl::Mutex mutex_;
  v1::Phase phase_ ABSL_GUARDED_BY(mutex_) = v1::PHASE_STARTING;
  std::map<v1::Phase, PhaseBegin> begun_ ABSL_GUARDED_BY(mutex_);
  std::string container_id_ ABSL_GUARDED_BY(mutex_);
  StopReason stop_ ABSL_GUARDED_BY(mutex_) = StopReason::kNone;
  bool reported_ ABSL_GUARDED_BY(mutex_) = false;
  bool script_begun_ ABSL_GUARDED_BY(mutex_) = false;
  unsigned events_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_JOB_H_
