#ifndef KOZMIC_LIB_HTTP_WORKER_POOL_H_
#define KOZMIC_LIB_HTTP_WORKER_POOL_H_

#include <pthread.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "lib/http/connection.h"

namespace kozmic::http {

// Threads that answer requests: started as they are needed up to a limit, each with a stack of
// 8 MB whatever the process's limit says. Thread-safe.
class WorkerPool {
 public:
  // `serve` must not throw.
  WorkerPool(size_t threads, size_t queue, std::function<void(std::unique_ptr<Connection>)> serve);
  // Stops.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False, and nothing taken, when all threads are busy and the queue is full, or after Stop().
  [[nodiscard]] bool Submit(std::unique_ptr<Connection>& connection);
  // Serves what was accepted, then joins. Idempotent; not for several threads at once.
  void Stop();

 private:
  static void* Main(void* self);
  void Work();
  bool StartThread() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_threads_;
  const size_t max_queue_;
  const std::function<void(std::unique_ptr<Connection>)> serve_;
  absl::Mutex mutex_;
  std::deque<std::unique_ptr<Connection>> queue_ ABSL_GUARDED_BY(mutex_);
  size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<pthread_t> threads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_WORKER_POOL_H_
