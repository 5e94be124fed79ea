#include "services/logstream/errors.h"

#include "absl/strings/str_cat.h"
#include "lib/status/annotate.h"

namespace kozmic {

absl::Status GapError(int64_t offset, int64_t expected) {
  return WithDetail(
      WithReason(absl::OutOfRangeError(absl::StrCat("bytes at offset ", offset,
                                                    " leave a gap: expected offset ", expected)),
                 "gap"),
      "expected-offset", absl::StrCat(expected));
}

absl::Status ConflictError(int64_t offset) {
  return WithReason(absl::DataLossError(absl::StrCat("the bytes at offset ", offset,
                                                     " differ from those that the log has there")),
                    "conflicting_bytes");
}

absl::Status SealedError(int64_t size) {
  return WithReason(
      absl::FailedPreconditionError(absl::StrCat("the log is sealed at ", size, " bytes")),
      "log_sealed");
}

absl::Status LimitError(int64_t limit) {
  return WithReason(
      absl::ResourceExhaustedError(absl::StrCat("a log may have at most ", limit, " bytes")),
      "log_limit");
}

absl::Status IncompleteError(int64_t committed, int64_t asked) {
  return WithReason(
      absl::FailedPreconditionError(absl::StrCat(
          "the log has ", committed, " committed bytes, it cannot be sealed at ", asked)),
      "log_incomplete");
}

absl::Status DifferentError(absl::string_view stored_sha256, absl::string_view asked_sha256) {
  return WithReason(
      absl::DataLossError(absl::StrCat("the stored bytes have the SHA-256 ", stored_sha256,
                                       ", their writer's have ", asked_sha256)),
      "log_differs");
}

absl::Status RemovedError(absl::string_view name) {
  return WithReason(
      absl::FailedPreconditionError(absl::StrCat(name, " is removed: its project is deleted")),
      "log_removed");
}

absl::Status ExpiredError(absl::string_view name) {
  return WithReason(absl::NotFoundError(absl::StrCat("the bytes of ", name, " are no longer kept")),
                    "log_expired");
}

absl::Status UnknownLogError(absl::string_view name) {
  return WithReason(absl::NotFoundError(absl::StrCat("there is no log ", name)), "unknown_log");
}

}  // namespace kozmic
