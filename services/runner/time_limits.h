#ifndef KOZMIC_SERVICES_RUNNER_TIME_LIMITS_H_
#define KOZMIC_SERVICES_RUNNER_TIME_LIMITS_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "services/runner/job.h"
#include "services/runner/machine_clock.h"

namespace kozmic::runner {

// Stops one job when it has had its time, or when its script has written nothing for too long, as
// its spec says. It has a thread of its own, which calls nobody: whatever hangs, it is in time.
// Thread-safe.
class TimeLimits {
 public:
  // Size of the job's log. Must be quick.
  using LogSize = std::function<int64_t()>;

  // `granted`: when the job's lease was. Nothing is owned.
  TimeLimits(const MachineClock& clock, Job& job, const Moment& granted, LogSize log_size);
  // The job is not stopped afterwards.
  ~TimeLimits();

  // The script has begun, and has been silent for so long already.
  void WatchOutput(absl::Duration silent);

 private:
  void Run(const std::stop_token& stop);
  // Why the job is to stop; kNone: it may go on.
  StopReason Check();

  const MachineClock& clock_;
  Job& job_;
  const Moment granted_;
  const LogSize log_size_;
  const absl::Duration most_;
  const absl::Duration most_silence_;
  // Of the standard library: absl's waits follow the wall clock.
  std::mutex mutex_;
  std::condition_variable_any woken_;
  // While the output is watched: the log's size as last seen, since when, and what came before.
  struct Silence {
    int64_t size = 0;
    Moment since;
    absl::Duration before;
  };
  std::optional<Silence> silence_;
  std::jthread thread_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_TIME_LIMITS_H_
