#ifndef KOZMIC_LIB_HTTP_BYTE_BUDGET_H_
#define KOZMIC_LIB_HTTP_BYTE_BUDGET_H_

#include <atomic>
#include <cstdint>
#include <utility>

namespace kozmic::http {

// A number of bytes that many holders share. Thread-safe. Outlives its charges.
class ByteBudget {
 public:
  // What one holder has taken; gives it back when destroyed.
  class Charge {
   public:
    Charge() = default;
    ~Charge() { Reset(); }
    Charge(Charge&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Charge& operator=(Charge&& other) noexcept {
      if (this != &other) {
        Reset();
        owner_ = std::exchange(other.owner_, nullptr);
        bytes_ = std::exchange(other.bytes_, 0);
      }
      return *this;
    }
    // False, and nothing taken, when the budget does not allow it.
    [[nodiscard]] bool Add(ByteBudget& owner, uint64_t bytes) {
      if (owner.used_.fetch_add(bytes) + bytes > owner.limit_) {
        owner.used_.fetch_sub(bytes);
        return false;
      }
      owner_ = &owner;
      bytes_ += bytes;
      return true;
    }
    void Reset() {
      if (owner_ != nullptr) owner_->used_.fetch_sub(std::exchange(bytes_, 0));
      owner_ = nullptr;
    }

   private:
    ByteBudget* owner_ = nullptr;
    uint64_t bytes_ = 0;
  };

  explicit ByteBudget(uint64_t limit) : limit_(limit) {}
  uint64_t used() const { return used_.load(); }

 private:
  const uint64_t limit_;
  std::atomic<uint64_t> used_{0};
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_BYTE_BUDGET_H_
