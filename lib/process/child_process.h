#ifndef KOZMIC_LIB_PROCESS_CHILD_PROCESS_H_
#define KOZMIC_LIB_PROCESS_CHILD_PROCESS_H_

#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace kozmic {

struct ChildResult {
  // 128 + signal when one ended it.
  int exit_code = 0;
  // Output and error output together; the beginning, when there is a lot.
  std::string output;
};

// A child finds the files that it inherits from here on.
inline constexpr int kFirstInherited = 10;

// Runs a program to its end, in a process group of its own, with nothing but the given
// environment, without input. `inherited`: files that the child has too, in this order as
// kFirstInherited and the following. DEADLINE_EXCEEDED or CANCELLED after killing the whole group;
// INTERNAL when it cannot be started. A program that fails is OK: see `exit_code`.
absl::StatusOr<ChildResult> RunChild(const std::vector<std::string>& argv,
                                     const std::vector<std::string>& environment,
                                     absl::Duration timeout, std::stop_token stop,
                                     const std::vector<int>& inherited = {});

}  // namespace kozmic

#endif  // KOZMIC_LIB_PROCESS_CHILD_PROCESS_H_
