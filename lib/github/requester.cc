#include "lib/github/requester.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/backoff.h"
#include "lib/base/json.h"
#include "lib/github/answer.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::github {
namespace {

constexpr int kMostTries = 3;
constexpr absl::Duration kFirstBackoff = absl::Milliseconds(200);
constexpr absl::Duration kMostBackoff = absl::Seconds(1);

// Whether the same request may do better in a moment.
bool MayPass(const absl::StatusOr<HttpAnswer>& answer, absl::Time now) {
  if (!answer.ok()) {
    return absl::IsUnavailable(answer.status()) && Reason(answer.status()) != kAnswerRefused &&
           Detail(answer.status(), "retry-after-seconds").empty();
  }
  const int status = answer->status;
  return (status == 500 || status == 502 || status == 503 || status == 504) &&
         !WaitAfter(*answer, now).has_value();
}

}  // namespace

Requester::Requester(HttpClient::Options http, const Clock& clock)
    : http_(std::move(http)), clock_(clock), gate_(clock) {}

Session::Session(const Requester& requester, std::string token)
    : requester_(requester), token_(std::move(token)), connection_(requester.http_) {}

// Of the sockets' time: the injected clock tells when tokens may ask again.
absl::Time Session::Deadline() const { return absl::Now() + http().options().call_timeout; }

HttpRequest Session::Request(const std::string& method, const std::string& target) const {
  HttpRequest request{.method = method,
                      .target = target,
                      .headers = {{"Accept", "application/vnd.github+json"},
                                  {"X-GitHub-Api-Version", "2022-11-28"}}};
  if (!token_.empty()) request.headers.emplace("Authorization", absl::StrCat("Bearer ", token_));
  return request;
}

absl::StatusOr<HttpAnswer> Session::SendOnce(const HttpRequest& request, absl::Time deadline) {
  KOZMIC_RETURN_IF_ERROR(requester_.gate_.Check(token_));
  auto answer = connection_.Send(request, deadline);
  if (!answer.ok()) return answer;
  if (const auto wait = WaitAfter(*answer, Now())) requester_.gate_.Close(token_, *wait);
  return answer;
}

absl::StatusOr<HttpAnswer> Session::Get(const std::string& target, const std::string& etag) {
  const absl::Time deadline = Deadline();
  HttpRequest request = Request("GET", target);
  if (!etag.empty()) request.headers.emplace("If-None-Match", etag);
  for (int tries = 1;; ++tries) {
    auto answer = SendOnce(request, deadline);
    if (tries == kMostTries || !MayPass(answer, Now())) return answer;
    const absl::Duration pause = Backoff(tries, kFirstBackoff, kMostBackoff, requester_.random_);
    if (absl::Now() + pause >= deadline) return answer;
    absl::SleepFor(pause);
  }
}

absl::StatusOr<nlohmann::json> Session::GetJson(const std::string& target) {
  KOZMIC_ASSIGN_OR_RETURN(const HttpAnswer answer, Get(target));
  return AnswerJson(answer, Now());
}

absl::StatusOr<HttpAnswer> Session::Change(const std::string& method, const std::string& target,
                                           const nlohmann::json* body) {
  HttpRequest request = Request(method, target);
  if (body != nullptr) {
    request.body = DumpJson(*body);
    request.content_type = "application/json";
  }
  return SendOnce(request, Deadline());
}

}  // namespace kozmic::github
