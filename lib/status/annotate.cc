#include "lib/status/annotate.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"

namespace kozmic {
namespace {

constexpr absl::string_view kPrefix = "kozmic-";

}  // namespace

absl::Status Annotate(const absl::Status& status, absl::string_view context) {
  if (status.ok()) return status;
  absl::Status annotated(status.code(), absl::StrCat(context, ": ", status.message()));
  status.ForEachPayload(
      [&](absl::string_view key, const absl::Cord& value) { annotated.SetPayload(key, value); });
  return annotated;
}

absl::Status WithDetail(absl::Status status, absl::string_view key, absl::string_view value) {
  if (!status.ok()) status.SetPayload(absl::StrCat(kPrefix, key), absl::Cord(value));
  return status;
}

std::string Detail(const absl::Status& status, absl::string_view key) {
  const absl::optional<absl::Cord> value = status.GetPayload(absl::StrCat(kPrefix, key));
  return value ? std::string(*value) : std::string();
}

absl::Status WithReason(absl::Status status, absl::string_view reason) {
  return WithDetail(std::move(status), "reason", reason);
}

std::string Reason(const absl::Status& status) { return Detail(status, "reason"); }

bool IsRetryable(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kResourceExhausted:
      return true;
    default:
      return false;
  }
}

}  // namespace kozmic
