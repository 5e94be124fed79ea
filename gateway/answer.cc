#include "gateway/answer.h"

#include <string>

#include "lib/base/log.h"
#include "lib/status/annotate.h"

namespace kozmic::gateway {
namespace {

struct Meaning {
  int status;
  const char* code;
  // Null: the service's message is for the browser.
  const char* message;
};

// In seconds; empty when the service did not say.
std::string RetryAfter(const absl::Status& status) { return Detail(status, "retry-after-seconds"); }

Meaning MeaningOf(const absl::Status& status, int invalid_argument) {
  switch (status.code()) {
    case absl::StatusCode::kUnauthenticated:
      return {401, "unauthenticated", "Sign in first."};
    case absl::StatusCode::kPermissionDenied:
      return {403, "permission_denied", nullptr};
    case absl::StatusCode::kNotFound:
      return {404, "not_found", nullptr};
    case absl::StatusCode::kInvalidArgument:
      return {invalid_argument, "invalid_argument", nullptr};
    case absl::StatusCode::kOutOfRange:
      return {400, "out_of_range", nullptr};
    case absl::StatusCode::kAlreadyExists:
      return {409, "already_exists", nullptr};
    case absl::StatusCode::kAborted:
      return {409, "aborted", nullptr};
    case absl::StatusCode::kFailedPrecondition:
      // Signing in mends it: the page must offer that, as for any 401.
      if (Reason(status) == "sign_in_needed") return {401, "sign_in_needed", nullptr};
      return {409, "failed_precondition", nullptr};
    case absl::StatusCode::kUnavailable:
      if (Reason(status) == "github_unavailable") {
        // The service knows when: the browser is told the time it was asked to wait.
        if (!RetryAfter(status).empty()) return {503, "unavailable", nullptr};
        return {503, "unavailable", "GitHub does not answer. Try again in a moment."};
      }
      [[fallthrough]];
    case absl::StatusCode::kResourceExhausted:
    // An older release, beside which this one is being started.
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
      return {503, "unavailable", "A part of Kozmic is not available. Try again in a moment."};
    default:
      return {500, "internal", "Something went wrong here. Try again later."};
  }
}

}  // namespace

void Reply(http::Exchange& exchange, int status, const JsonText& body) {
  exchange.response.status = status;
  exchange.response.set_header("Cache-Control", "no-store");
  exchange.response.set_content(body.text, "application/json");
}

void ReplyError(http::Exchange& exchange, int status, absl::string_view code,
                absl::string_view message) {
  Reply(exchange, status, JsonObject({{"code", code}, {"message", message}}));
}

void ReplyBusy(http::Exchange& exchange, absl::string_view code, absl::string_view message) {
  exchange.response.set_header("Retry-After", "1");
  ReplyError(exchange, 503, code, message);
}

void ReplyNotFound(http::Exchange& exchange) {
  ReplyError(exchange, 404, "not_found", "There is nothing here, or you may not see it.");
}

void Redirect(http::Exchange& exchange, absl::string_view location) {
  exchange.response.status = 303;
  exchange.response.set_header("Cache-Control", "no-store");
  exchange.response.set_header("Location", std::string(location));
}

void ReplyStatus(http::Exchange& exchange, const absl::Status& status, int invalid_argument) {
  const Meaning meaning = MeaningOf(status, invalid_argument);
  if (meaning.status >= 500) {
    Log(meaning.status == 503 ? Severity::kWarning : Severity::kError, "a request failed",
        {{"path", exchange.target.path}, {"error", status}});
  }
  if (meaning.status == 503) {
    const std::string asked = RetryAfter(status);
    exchange.response.set_header("Retry-After", asked.empty() ? "1" : asked);
  }
  const std::string reason = Reason(status);
  const absl::string_view code = reason.empty() ? absl::string_view(meaning.code) : reason;
  const absl::string_view message =
      meaning.message != nullptr ? absl::string_view(meaning.message) : status.message();
  const std::string field = Detail(status, "field");
  if (field.empty()) return ReplyError(exchange, meaning.status, code, message);
  Reply(exchange, meaning.status,
        JsonObject({{"code", code}, {"message", message}, {"field", field}}));
}

}  // namespace kozmic::gateway
