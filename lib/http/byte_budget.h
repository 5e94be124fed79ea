#ifndef KOZMIC_LIB_HTTP_BYTE_BUDGET_H_
#define KOZMIC_LIB_HTTP_BYTE_BUDGET_H_

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace kozmic::http {

// A number of bytes that many holders share, of which those of one address may have a part only.
// Thread-safe. Outlives its charges.
class ByteBudget {
 public:
  // What one holder has taken; gives it back when destroyed.
  class Charge {
   public:
    Charge() = default;
    ~Charge() { Reset(); }
    Charge(Charge&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)),
          ip_(std::move(other.ip_)),
          bytes_(std::exchange(other.bytes_, 0)) {}
    Charge& operator=(Charge&& other) noexcept {
      if (this != &other) {
        Reset();
        owner_ = std::exchange(other.owner_, nullptr);
        ip_ = std::move(other.ip_);
        bytes_ = std::exchange(other.bytes_, 0);
      }
      return *this;
    }
    // False, and nothing taken, when the budget does not allow it. Until Reset(), `owner` and `ip`
    // must stay the same.
    [[nodiscard]] bool Add(ByteBudget& owner, const std::string& ip, uint64_t bytes) {
      if (bytes == 0) return true;
      if (!owner.Take(ip, bytes)) return false;
      owner_ = &owner;
      ip_ = ip;
      bytes_ += bytes;
      return true;
    }
    void Reset() {
      if (owner_ != nullptr) owner_->GiveBack(ip_, std::exchange(bytes_, 0));
      owner_ = nullptr;
    }

   private:
    ByteBudget* owner_ = nullptr;
    std::string ip_;
    uint64_t bytes_ = 0;
  };

  // 0 for `limit_per_ip` means no limit.
  ByteBudget(uint64_t limit, uint64_t limit_per_ip) : limit_(limit), limit_per_ip_(limit_per_ip) {}

  uint64_t used() const {
    const std::lock_guard lock(mutex_);
    return used_;
  }

 private:
  bool Take(const std::string& ip, uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto found = by_ip_.find(ip);
    const uint64_t of_ip = (found == by_ip_.end() ? 0 : found->second) + bytes;
    if (used_ + bytes > limit_ || (limit_per_ip_ > 0 && of_ip > limit_per_ip_)) return false;
    used_ += bytes;
    by_ip_[ip] = of_ip;
    return true;
  }
  void GiveBack(const std::string& ip, uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    used_ -= bytes;
    const auto found = by_ip_.find(ip);
    found->second -= bytes;
    if (found->second == 0) by_ip_.erase(found);
  }

  const uint64_t limit_;
  const uint64_t limit_per_ip_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  uint64_t used_ = 0;
  std::unordered_map<std::string, uint64_t> by_ip_;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_BYTE_BUDGET_H_
