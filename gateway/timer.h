#ifndef KOZMIC_GATEWAY_TIMER_H_
#define KOZMIC_GATEWAY_TIMER_H_

#include <functional>
#include <map>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace kozmic::gateway {

// Runs short tasks later, on one thread of its own. Thread-safe.
class Timer {
 public:
  Timer();
  // Stops.
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // After Stop() the task is dropped.
  void After(absl::Duration delay, std::function<void()> task);
  // Drops what is still to come and waits for a running task. Idempotent.
  void Stop();

 private:
  void Run();

  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::multimap<absl::Time, std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TIMER_H_
