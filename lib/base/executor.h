#ifndef KOZMIC_LIB_BASE_EXECUTOR_H_
#define KOZMIC_LIB_BASE_EXECUTOR_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace kozmic {

// A fixed number of threads behind a bounded queue. Thread-safe. The destructor runs what was
// accepted, then joins.
class Executor {
 public:
  Executor(size_t threads, size_t queue_limit);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // False (and `task` is dropped) when the queue is full or the executor is stopping.
  [[nodiscard]] bool Submit(std::function<void()> task);

 private:
  void Work();

  const size_t queue_limit_;
  absl::Mutex mutex_;
  // Not a condition of the mutex's, which whoever unlocks it would evaluate for every idle thread.
  absl::CondVar changed_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_BASE_EXECUTOR_H_
