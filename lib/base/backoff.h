#ifndef KOZMIC_LIB_BASE_BACKOFF_H_
#define KOZMIC_LIB_BASE_BACKOFF_H_

#include <algorithm>

#include "absl/time/time.h"
#include "lib/base/random.h"

namespace kozmic {

// How long to wait before try number `failures` + 1: doubles from `first` up to `most`, the upper
// half of it at random, so that many waiters spread out.
inline absl::Duration Backoff(int failures, absl::Duration first, absl::Duration most,
                              Random& random) {
  absl::Duration whole = first;
  for (int i = 1; i < failures && whole < most; ++i) whole *= 2;
  whole = std::min(whole, most);
  return whole / 2 + whole / 2 * random.Unit();
}

}  // namespace kozmic

#endif  // KOZMIC_LIB_BASE_BACKOFF_H_
