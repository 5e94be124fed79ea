#ifndef KOZMIC_LIB_BASE_WORKER_H_
#define KOZMIC_LIB_BASE_WORKER_H_

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace kozmic {

// One thread that runs `step` whenever it is woken, and at the latest when the delay that the last
// step returned has passed. For outboxes, dispatchers, sweepers: their work lies in the database,
// a wake-up is only a hint that there is some. Wake-ups during a step cause one more step.
class Worker {
 public:
  // `step` returns how long to wait at most before the next one; it must not block for long.
  explicit Worker(std::function<absl::Duration()> step);
  // Waits for a running step.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Thread-safe; returns at once.
  void Wake();
  // Ends the thread after a running step. Idempotent.
  void Stop();

 private:
  void Run();

  const std::function<absl::Duration()> step_;
  absl::Mutex mutex_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = true;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_BASE_WORKER_H_
