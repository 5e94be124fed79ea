#ifndef KOZMIC_SERVICES_RUNNER_LOG_LOG_MASK_H_
#define KOZMIC_SERVICES_RUNNER_LOG_LOG_MASK_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "services/runner/job.h"
#include "services/runner/leases/build_link.h"

namespace kozmic::runner {

// Masks one job's secrets in what the runner itself writes to its log, as kozmic-init does in what
// the script writes. Thread-safe.
class LogMask {
 public:
  // Neither is owned.
  LogMask(BuildLink& link, const Job& job) : link_(link), job_(job) {}

  // From now on it knows what to mask: secrets, and passwords of registries.
  void Learn(const v1::IssueCheckoutResponse& issued);
  // With what it knows.
  std::string Mask(absl::string_view text) const;
  // For others' words, which may have been written before this process was there: asks what to mask
  // if it does not know yet. An error when it cannot be known.
  absl::StatusOr<std::string> MaskSurely(absl::string_view text);

 private:
  BuildLink& link_;
  const Job& job_;
  mutable absl::Mutex mutex_;
  bool known_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::string> hidden_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_LOG_LOG_MASK_H_
