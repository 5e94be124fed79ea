#ifndef KOZMIC_LIB_GITHUB_ANSWER_H_
#define KOZMIC_LIB_GITHUB_ANSWER_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/github/http_client.h"
#include "nlohmann/json.hpp"

namespace kozmic::github {

// What an answer of GitHub's API means for its caller; OK for 2xx.
//   401 → UNAUTHENTICATED, 404 and 410 → NOT_FOUND, 400, 409 and 422 → INVALID_ARGUMENT,
//   403, 429 and 503 that ask to wait → UNAVAILABLE with the detail "retry-after-seconds",
//   other 403 → PERMISSION_DENIED, 5xx and whatever is unexpected → UNAVAILABLE.
// Messages carry GitHub's own, cut.
absl::Status AnswerStatus(const HttpAnswer& answer, absl::Time now);

// For how long GitHub wants no more requests of the answer's token; nullopt when it asks for
// nothing of the kind. An answer of any status may say that its request was the last one for now.
std::optional<absl::Duration> WaitAfter(const HttpAnswer& answer, absl::Time now);

// The JSON of a 2xx answer; otherwise AnswerStatus. UNAVAILABLE when it is not JSON: a proxy's page
// rather than GitHub.
absl::StatusOr<nlohmann::json> AnswerJson(const HttpAnswer& answer, absl::Time now);

// UNAVAILABLE: the answer is JSON, but not as GitHub documents it.
absl::Status UnexpectedAnswer();

}  // namespace kozmic::github

#endif  // KOZMIC_LIB_GITHUB_ANSWER_H_
