#ifndef KOZMIC_LIB_STATUS_ANNOTATE_H_
#define KOZMIC_LIB_STATUS_ANNOTATE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kozmic {

// Puts what was being done in front of an error's message ("store delivery 7: connection lost").
// Keeps code and details; OK stays OK.
absl::Status Annotate(const absl::Status& status, absl::string_view context);

// A status carries, besides its message for people, details for programs: short words by key. They
// cross rpcs as trailing metadata "kozmic-<key>".
absl::Status WithDetail(absl::Status status, absl::string_view key, absl::string_view value);
// Empty when absent.
std::string Detail(const absl::Status& status, absl::string_view key);

// The detail "reason": which error of its code it is ("bad_signature"), in lower_snake_case.
absl::Status WithReason(absl::Status status, absl::string_view reason);
std::string Reason(const absl::Status& status);

// Whether the same call may succeed later without anyone changing anything.
bool IsRetryable(const absl::Status& status);

}  // namespace kozmic

#endif  // KOZMIC_LIB_STATUS_ANNOTATE_H_
