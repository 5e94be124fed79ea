#ifndef KOZMIC_LIB_HTTP_ADMISSION_H_
#define KOZMIC_LIB_HTTP_ADMISSION_H_

#include <cstddef>
#include <string>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace kozmic::http {

// Counts who is inside, in all and per address. Thread-safe. Outlives its places.
class Admission {
 public:
  // Held while inside. Movable; releases when destroyed.
  class Place {
   public:
    Place() = default;
    Place(Admission* owner, std::string ip) : owner_(owner), ip_(std::move(ip)) {}
    ~Place() { Release(); }
    Place(Place&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), ip_(std::move(other.ip_)) {}
    Place& operator=(Place&& other) noexcept {
      if (this != &other) {
        Release();
        owner_ = std::exchange(other.owner_, nullptr);
        ip_ = std::move(other.ip_);
      }
      return *this;
    }
    explicit operator bool() const { return owner_ != nullptr; }

   private:
    void Release() {
      if (owner_ != nullptr) std::exchange(owner_, nullptr)->Leave(ip_);
    }

    Admission* owner_ = nullptr;
    std::string ip_;
  };

  // 0 means no limit.
  Admission(size_t limit, size_t limit_per_ip) : limit_(limit), limit_per_ip_(limit_per_ip) {}

  // An empty place when there is none.
  Place Enter(const std::string& ip) {
    absl::MutexLock lock(&mutex_);
    size_t& from_ip = by_ip_[ip];
    if ((limit_ > 0 && count_ >= limit_) || (limit_per_ip_ > 0 && from_ip >= limit_per_ip_)) {
      if (from_ip == 0) by_ip_.erase(ip);
      return Place();
    }
    ++from_ip;
    ++count_;
    return Place(this, ip);
  }

  bool IsFull() const {
    absl::MutexLock lock(&mutex_);
    return limit_ > 0 && count_ >= limit_;
  }

  size_t count() const {
    absl::MutexLock lock(&mutex_);
    return count_;
  }

  // Whether everybody has left within `timeout`.
  bool WaitEmpty(absl::Duration timeout) const {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(
                                       +[](const size_t* count) { return *count == 0; }, &count_),
                                   timeout);
  }

 private:
  void Leave(const std::string& ip) {
    absl::MutexLock lock(&mutex_);
    --count_;
    const auto from_ip = by_ip_.find(ip);
    if (--from_ip->second == 0) by_ip_.erase(from_ip);
  }

  const size_t limit_;
  const size_t limit_per_ip_;
  mutable absl::Mutex mutex_;
  size_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unordered_map<std::string, size_t> by_ip_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_ADMISSION_H_
