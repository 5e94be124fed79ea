#ifndef KOZMIC_LIB_HTTP_WORKER_POOL_H_
#define KOZMIC_LIB_HTTP_WORKER_POOL_H_

#include <pthread.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

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
  // mutex_ is held.
  bool StartThread();

  const size_t max_threads_;
  const size_t max_queue_;
  const std::function<void(std::unique_ptr<Connection>)> serve_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<std::unique_ptr<Connection>> queue_;
  size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<pthread_t> threads_;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_WORKER_POOL_H_
