#ifndef KOZMIC_LIB_GITHUB_REQUESTER_H_
#define KOZMIC_LIB_GITHUB_REQUESTER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/github/http_client.h"
#include "lib/github/rate_gate.h"
#include "nlohmann/json.hpp"

namespace kozmic::github {

// What all requests to GitHub's REST API share: where it is, and which tokens must wait.
// Thread-safe.
class Requester {
 public:
  // `clock` must outlive this.
  Requester(HttpClient::Options http, const Clock& clock);

  // Which tokens are to wait.
  RateGate& gate() const { return gate_; }

 private:
  friend class Session;

  const HttpClient http_;
  const Clock& clock_;
  mutable RateGate gate_;
  mutable SystemRandom random_;
};

// The requests of one token, one after another over one connection. Each takes at most the HTTP
// client's call_timeout. None is sent while GitHub wants the token to wait: it fails with
// UNAVAILABLE and the detail "retry-after-seconds". Not thread-safe.
class Session {
 public:
  // `requester` must outlive this.
  Session(const Requester& requester, std::string token);

  // Any answer that came whole; as HttpClient::Send otherwise. Tried up to 3 times within its time
  // when GitHub is not reached, leaves, or answers that something failed there (5xx). `etag`,
  // unless empty, asks for an answer only if it is another than that one: else it is a 304.
  absl::StatusOr<HttpAnswer> Get(const std::string& target, const std::string& etag = "");
  // The JSON of a 2xx answer; otherwise as AnswerJson.
  absl::StatusOr<nlohmann::json> GetJson(const std::string& target);

  // A POST, PATCH or DELETE: sent once. UNAVAILABLE leaves open whether GitHub did it. `body` may
  // be null.
  absl::StatusOr<HttpAnswer> Change(const std::string& method, const std::string& target,
                                    const nlohmann::json* body);

  absl::Time Now() const { return requester_.clock_.Now(); }
  const HttpClient& http() const { return requester_.http_; }

 private:
  absl::Time Deadline() const;
  HttpRequest Request(const std::string& method, const std::string& target) const;
  absl::StatusOr<HttpAnswer> SendOnce(const HttpRequest& request, absl::Time deadline);

  const Requester& requester_;
  const std::string token_;
  HttpClient::Connection connection_;
};

}  // namespace kozmic::github

#endif  // KOZMIC_LIB_GITHUB_REQUESTER_H_
