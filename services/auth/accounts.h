#ifndef KOZMIC_SERVICES_AUTH_ACCOUNTS_H_
#define KOZMIC_SERVICES_AUTH_ACCOUNTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/github/api.h"
#include "lib/github/oauth.h"
#include "services/auth/auth_store.h"
#include "services/auth/github_tokens.h"
#include "services/auth/login.h"
#include "services/auth/sessions.h"

namespace kozmic::auth {

// Users and their sign-in with GitHub. Thread-safe.
class Accounts {
 public:
  // What the accounts stand on; all must outlive them. `oauth` asks for kNeededScopes.
  struct Parts {
    AuthStore& store;
    const Logins& logins;
    const Sessions& sessions;
    const GithubTokens& github_tokens;
    const github::OauthApp& oauth;
    const github::Api& github;
    const Clock& clock;
  };

  struct Begun {
    std::string authorize_url;
    std::string state;
  };

  // With what a browser comes back from GitHub.
  struct Return {
    std::string code = {};
    std::string state = {};
    // Of the session that the browser had until now, which ends; may be empty or anything.
    std::string previous_session_token = {};
    std::string user_agent = {};
  };

  struct Completed {
    UserRecord user = {};
    // Told here and never again.
    std::string session_token = {};
    absl::Time expire_time = {};
    std::string return_path = {};
  };

  explicit Accounts(const Parts& parts) : parts_(parts) {}

  Begun BeginLogin(absl::string_view return_path) const;

  // Errors: as AuthService.CompleteLogin documents.
  absl::StatusOr<Completed> CompleteLogin(const Return& browser) const;

  // NOT_FOUND.
  absl::StatusOr<UserRecord> GetUser(int64_t user_id) const;
  // Those with one of these ids or GitHub ids, each once, in no order.
  absl::StatusOr<std::vector<UserRecord>> FindUsers(const std::vector<int64_t>& user_ids,
                                                    const std::vector<int64_t>& github_ids) const;
  // Empty: no mail. INVALID_ARGUMENT with the detail "field" when that is not an address;
  // NOT_FOUND.
  absl::StatusOr<UserRecord> SetNotificationEmail(int64_t user_id, absl::string_view email) const;

 private:
  const Parts parts_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_ACCOUNTS_H_
