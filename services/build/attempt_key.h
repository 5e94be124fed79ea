#ifndef KOZMIC_SERVICES_BUILD_ATTEMPT_KEY_H_
#define KOZMIC_SERVICES_BUILD_ATTEMPT_KEY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kozmic::build {

// One attempt at a job, as its resource name tells it. Its number is its fence.
struct AttemptKey {
  int64_t project = 0;
  int64_t build = 0;
  int64_t job = 0;
  int64_t attempt = 0;

  std::string Name() const;
  std::string LogName() const;
  static absl::StatusOr<AttemptKey> Parse(absl::string_view name);
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_ATTEMPT_KEY_H_
