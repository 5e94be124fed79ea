#ifndef KOZMIC_SERVICES_LOGSTREAM_ERRORS_H_
#define KOZMIC_SERVICES_LOGSTREAM_ERRORS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kozmic {

// The errors of the protocol, with their reasons.

// OUT_OF_RANGE gap; the detail "expected-offset" tells where to go on.
absl::Status GapError(int64_t offset, int64_t expected);
// DATA_LOSS conflicting_bytes.
absl::Status ConflictError(int64_t offset);
// FAILED_PRECONDITION log_sealed.
absl::Status SealedError(int64_t size);
// RESOURCE_EXHAUSTED log_limit.
absl::Status LimitError(int64_t limit);
// FAILED_PRECONDITION log_incomplete.
absl::Status IncompleteError(int64_t committed, int64_t asked);
// DATA_LOSS log_differs.
absl::Status DifferentError(absl::string_view stored_sha256, absl::string_view asked_sha256);
// FAILED_PRECONDITION log_removed: for who would write to a log whose project is deleted.
absl::Status RemovedError(absl::string_view name);
// NOT_FOUND log_expired.
absl::Status ExpiredError(absl::string_view name);
// NOT_FOUND unknown_log.
absl::Status UnknownLogError(absl::string_view name);

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_ERRORS_H_
