#include "services/project/github/github_errors.h"

#include "absl/strings/numbers.h"
#include "lib/status/annotate.h"

namespace kozmic::project {

absl::Status SignInNeeded() {
  return WithReason(
      absl::FailedPreconditionError("GitHub no longer accepts the sign-in; sign in again"),
      "sign_in_needed");
}

absl::Status FromGithub(const absl::Status& status) {
  // Said already.
  if (!Reason(status).empty()) return status;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return status;
    case absl::StatusCode::kUnauthenticated:
      return SignInNeeded();
    case absl::StatusCode::kNotFound:
      return WithReason(absl::NotFoundError("GitHub shows you no such repository"),
                        "repository_not_found");
    case absl::StatusCode::kUnavailable:
      return WithReason(status, "github_unavailable");
    case absl::StatusCode::kPermissionDenied:
      return WithReason(status, "github_refused");
    default:
      return WithReason(absl::FailedPreconditionError(status.message()), "github_refused");
  }
}

absl::Duration AskedWait(const absl::Status& status) {
  int64_t seconds = 0;
  if (!absl::SimpleAtoi(Detail(status, "retry-after-seconds"), &seconds)) seconds = 0;
  return absl::Seconds(seconds);
}

}  // namespace kozmic::project
