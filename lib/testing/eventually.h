#ifndef KOZMIC_LIB_TESTING_EVENTUALLY_H_
#define KOZMIC_LIB_TESTING_EVENTUALLY_H_

#include <functional>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace kozmic {

// Asks until the condition holds; false when it did not in the given time. For what other processes
// do, of which nothing tells.
inline bool Eventually(const std::function<bool()>& condition,
                       absl::Duration patience = absl::Seconds(30)) {
  const absl::Time deadline = absl::Now() + patience;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(10));
  }
  return true;
}

}  // namespace kozmic

#endif  // KOZMIC_LIB_TESTING_EVENTUALLY_H_
