#ifndef KOZMIC_LIB_GITHUB_API_H_
#define KOZMIC_LIB_GITHUB_API_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/github/http_client.h"
#include "nlohmann/json.hpp"

namespace kozmic::github {

struct User {
  int64_t id = 0;
  std::string login = {};
  // Empty when the user gave none.
  std::string name = {};
  std::string avatar_url = {};
};

struct AuthenticatedUser {
  User user;
  // What the token may do; nullopt when GitHub does not say (other kinds of tokens).
  std::optional<std::vector<std::string>> scopes;
};

struct Repository {
  int64_t id = 0;
  // "owner/name"
  std::string full_name = {};
  bool is_private = false;
  std::string html_url = {};
  // What the token's user may do there.
  bool may_admin = false;
  bool may_push = false;
};

struct Hook {
  int64_t id = 0;
  std::string url = {};
};

struct NewHook {
  std::string url = {};
  std::string secret = {};
  std::vector<std::string> events;
};

struct CommitStatus {
  // "pending", "success", "failure", "error"
  std::string state = {};
  std::string context = {};
  std::string description = {};
  std::string target_url = {};

  bool operator==(const CommitStatus&) const = default;
};

// GitHub's REST API, in the version that we know. Thread-safe; each call takes the token of whom it
// acts for. Errors: as AnswerStatus (answer.h) and HttpClient; an answer that is not as documented
// is UNAVAILABLE. `repository` is "owner/name" (INVALID_ARGUMENT otherwise).
class Api {
 public:
  // `http.base_url` is "https://api.github.com". `clock` must outlive this.
  Api(HttpClient::Options http, const Clock& clock);

  absl::StatusOr<AuthenticatedUser> GetAuthenticatedUser(const std::string& token) const;

  absl::StatusOr<Repository> GetRepository(const std::string& token,
                                           absl::string_view repository) const;

  // An active web hook that sends JSON.
  absl::StatusOr<Hook> CreateHook(const std::string& token, absl::string_view repository,
                                  const NewHook& hook) const;
  absl::Status DeleteHook(const std::string& token, absl::string_view repository, int64_t id) const;
  absl::StatusOr<std::vector<Hook>> ListHooks(const std::string& token,
                                              absl::string_view repository) const;

  absl::Status CreateCommitStatus(const std::string& token, absl::string_view repository,
                                  absl::string_view sha, const CommitStatus& status) const;
  // The newest 100, newest first.
  absl::StatusOr<std::vector<CommitStatus>> ListCommitStatuses(const std::string& token,
                                                               absl::string_view repository,
                                                               absl::string_view sha) const;

 private:
  absl::StatusOr<HttpAnswer> Send(const std::string& token, const std::string& method,
                                  const std::string& target, const nlohmann::json* body) const;
  absl::StatusOr<nlohmann::json> GetJson(const std::string& token, const std::string& target) const;

  const Clock& clock_;
  const HttpClient http_;
};

}  // namespace kozmic::github

#endif  // KOZMIC_LIB_GITHUB_API_H_
