#ifndef KOZMIC_LIB_HTTP_ADMISSION_H_
#define KOZMIC_LIB_HTTP_ADMISSION_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

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
    const std::lock_guard lock(mutex_);
    size_t& from_ip = by_ip_[ip];
    if ((limit_ > 0 && count_ >= limit_) || (limit_per_ip_ > 0 && from_ip >= limit_per_ip_)) {
      if (from_ip == 0) by_ip_.erase(ip);
      return Place();
    }
    ++from_ip;
    ++count_;
    return Place(this, ip);
  }

  // The same for who is no single address: counts in all alone.
  Place EnterUncounted() {
    const std::lock_guard lock(mutex_);
    if (limit_ > 0 && count_ >= limit_) return Place();
    ++by_ip_[""];
    ++count_;
    return Place(this, "");
  }

  bool IsFull() const {
    const std::lock_guard lock(mutex_);
    return limit_ > 0 && count_ >= limit_;
  }

  size_t count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }

  // Whether everybody has left within `timeout`.
  bool WaitEmpty(absl::Duration timeout) const {
    std::unique_lock lock(mutex_);
    const auto is_empty = [this] { return count_ == 0; };
    if (timeout == absl::InfiniteDuration()) {
      empty_.wait(lock, is_empty);
      return true;
    }
    return empty_.wait_for(lock, absl::ToChronoNanoseconds(timeout), is_empty);
  }

 private:
  void Leave(const std::string& ip) {
    const std::lock_guard lock(mutex_);
    --count_;
    // Under the lock: whoever waits may destroy this afterwards.
    if (count_ == 0) empty_.notify_all();
    const auto from_ip = by_ip_.find(ip);
    if (--from_ip->second == 0) by_ip_.erase(from_ip);
  }

  const size_t limit_;
  const size_t limit_per_ip_;
  mutable std::mutex mutex_;
  mutable std::condition_variable empty_;
  // Guarded by mutex_.
  size_t count_ = 0;
  std::unordered_map<std::string, size_t> by_ip_;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_ADMISSION_H_
