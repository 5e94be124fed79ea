#include "gateway/timer.h"

#include <utility>

#include "absl/time/clock.h"

namespace kozmic::gateway {

Timer::Timer() : thread_([this] { Run(); }) {}

Timer::~Timer() { Stop(); }

void Timer::After(absl::Duration delay, std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return;
  tasks_.emplace(absl::Now() + delay, std::move(task));
  changed_.Signal();
}

void Timer::Stop() {
  std::multimap<absl::Time, std::function<void()>> dropped;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    dropped.swap(tasks_);
    changed_.Signal();
  }
  if (thread_.joinable()) thread_.join();
}

void Timer::Run() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    if (tasks_.empty()) {
      changed_.Wait(&mutex_);
    } else if (tasks_.begin()->first > absl::Now()) {
      changed_.WaitWithDeadline(&mutex_, tasks_.begin()->first);
    } else {
      std::function<void()> task = std::move(tasks_.begin()->second);
      tasks_.erase(tasks_.begin());
      mutex_.Unlock();
      task();
      task = nullptr;
      mutex_.Lock();
    }
  }
}

}  // namespace kozmic::gateway
