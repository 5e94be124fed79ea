#include "lib/http/worker_pool.h"

#include <utility>

namespace kozmic::http {
namespace {

constexpr size_t kStackBytes = 8 << 20;

}  // namespace

WorkerPool::WorkerPool(size_t threads, size_t queue,
                       std::function<void(std::unique_ptr<Connection>)> serve)
    : max_threads_(threads), max_queue_(queue), serve_(std::move(serve)) {}

WorkerPool::~WorkerPool() { Stop(); }

bool WorkerPool::Submit(std::unique_ptr<Connection>& connection) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return false;
  if (queue_.size() >= idle_ && !StartThread() &&
      (threads_.empty() || queue_.size() >= idle_ + max_queue_)) {
    return false;
  }
  queue_.push_back(std::move(connection));
  changed_.notify_one();
  return true;
}

bool WorkerPool::StartThread() {
  if (threads_.size() >= max_threads_) return false;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, &Main, this);
  pthread_attr_destroy(&attributes);
  if (error != 0) return false;
  threads_.push_back(thread);
  // It counts as idle from now on, lest the next request start another thread for this one.
  ++idle_;
  return true;
}

void* WorkerPool::Main(void* self) {
  static_cast<WorkerPool*>(self)->Work();
  return nullptr;
}

void WorkerPool::Work() {
  for (;;) {
    std::unique_ptr<Connection> connection;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      connection = std::move(queue_.front());
      queue_.pop_front();
      --idle_;
    }
    serve_(std::move(connection));
    const std::lock_guard lock(mutex_);
    ++idle_;
  }
}

void WorkerPool::Stop() {
  std::vector<pthread_t> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    changed_.notify_all();
  }
  for (pthread_t thread : threads) pthread_join(thread, nullptr);
}

}  // namespace kozmic::http
