#ifndef KOZMIC_SERVICES_LOGSTREAM_APPEND_BYTE_BUDGET_H_
#define KOZMIC_SERVICES_LOGSTREAM_APPEND_BYTE_BUDGET_H_

#include <algorithm>
#include <cstddef>

#include "absl/time/time.h"

namespace kozmic {

// So many bytes a second, and as many at once after a rest. Not thread-safe.
class ByteBudget {
 public:
  explicit ByteBudget(size_t per_second)
      : per_second_(static_cast<double>(per_second)), left_(per_second_) {}

  // Whether there is something left; takes so many bytes of it if so, also more than are left: the
  // next ones then wait longer.
  bool Take(size_t bytes, absl::Time now) {
    if (now > last_) {
      left_ = std::min(per_second_, left_ + absl::ToDoubleSeconds(now - last_) * per_second_);
      last_ = now;
    }
    if (left_ <= 0) return false;
    left_ -= static_cast<double>(bytes);
    return true;
  }

 private:
  const double per_second_;
  double left_;
  absl::Time last_ = absl::InfinitePast();
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_APPEND_BYTE_BUDGET_H_
