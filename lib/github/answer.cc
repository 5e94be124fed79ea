#include "lib/github/answer.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/base/json.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::github {
namespace {

constexpr size_t kLongestMessage = 300;
constexpr int64_t kLongestWaitSeconds = 3600;
// What GitHub asks for when it names no time.
constexpr int64_t kDefaultWaitSeconds = 60;

// GitHub's `message`, and what each of its `errors` adds.
std::string Message(const HttpAnswer& answer) {
  const auto json = ParseJson(answer.body);
  if (!json.ok()) return "";
  std::string message = JsonText(*json, "message").value_or("");
  const nlohmann::json* errors = JsonAt(*json, "errors");
  if (errors != nullptr && errors->is_array()) {
    for (const nlohmann::json& error : *errors) {
      const std::string detail =
          error.is_string() ? error.get<std::string>() : JsonText(error, "message").value_or("");
      if (!detail.empty()) absl::StrAppend(&message, "; ", detail);
      if (message.size() > kLongestMessage) break;
    }
  }
  if (message.size() > kLongestMessage) {
    size_t cut = kLongestMessage;
    while (cut > 0 && (static_cast<unsigned char>(message[cut]) & 0xC0) == 0x80) --cut;
    message.resize(cut);
  }
  return message;
}

bool SpeaksOfLimit(const HttpAnswer& answer) {
  return answer.Header("x-ratelimit-remaining") == "0" ||
         absl::StrContains(Message(answer), "rate limit");
}

// Whether the answer may be a refusal that ends by itself.
bool MayBeLimit(int status) { return status == 403 || status == 429 || status == 503; }

}  // namespace

std::optional<absl::Duration> WaitAfter(const HttpAnswer& answer, absl::Time now) {
  const bool refused = MayBeLimit(answer.status);
  std::optional<int64_t> wait;
  int64_t number = 0;
  if (const std::string after = answer.Header("retry-after"); refused && !after.empty()) {
    wait = absl::SimpleAtoi(after, &number) ? number : kDefaultWaitSeconds;
  } else if (answer.Header("x-ratelimit-remaining") == "0" &&
             absl::SimpleAtoi(answer.Header("x-ratelimit-reset"), &number) &&
             number >= absl::ToUnixSeconds(now)) {
    wait = number - absl::ToUnixSeconds(now) + 1;
  } else if (answer.status == 429 || (answer.status == 403 && SpeaksOfLimit(answer))) {
    wait = kDefaultWaitSeconds;
  }
  if (!wait.has_value()) return std::nullopt;
  return absl::Seconds(std::clamp<int64_t>(*wait, 1, kLongestWaitSeconds));
}

absl::Status AnswerStatus(const HttpAnswer& answer, absl::Time now) {
  if (answer.status >= 200 && answer.status < 300) return absl::OkStatus();
  const std::string message = Message(answer);
  const std::string text = absl::StrCat("GitHub answered ", answer.status,
                                        message.empty() ? "" : absl::StrCat(": ", message));
  if (const auto wait = WaitAfter(answer, now); wait.has_value() && MayBeLimit(answer.status)) {
    const int64_t seconds = absl::ToInt64Seconds(*wait);
    return WithDetail(
        absl::UnavailableError(absl::StrCat("GitHub asks to wait for ", seconds, " s. ", text)),
        "retry-after-seconds", absl::StrCat(seconds));
  }
  switch (answer.status) {
    case 400:
    case 409:
    case 422:
      return absl::InvalidArgumentError(text);
    case 401:
      return absl::UnauthenticatedError(text);
    case 403:
      return absl::PermissionDeniedError(text);
    case 404:
    case 410:
      return absl::NotFoundError(text);
    default:
      return absl::UnavailableError(text);
  }
}

absl::StatusOr<nlohmann::json> AnswerJson(const HttpAnswer& answer, absl::Time now) {
  KOZMIC_RETURN_IF_ERROR(AnswerStatus(answer, now));
  auto json = ParseJson(answer.body);
  if (!json.ok()) {
    return absl::UnavailableError(absl::StrCat("GitHub's answer: ", json.status().message()));
  }
  return json;
}

absl::Status UnexpectedAnswer() {
  return absl::UnavailableError("GitHub's answer is not as documented");
}

}  // namespace kozmic::github
