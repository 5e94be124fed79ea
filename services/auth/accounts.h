#ifndef KOZMIC_SERVICES_AUTH_ACCOUNTS_H_
#define KOZMIC_SERVICES_AUTH_ACCOUNTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/crypto/sealed_box.h"
#include "lib/github/api.h"
#include "lib/github/oauth.h"
#include "services/auth/auth_store.h"
#include "services/auth/login.h"

namespace kozmic::auth {

// Users, their sign-in with GitHub and their sessions. Thread-safe.
class Accounts {
 public:
  // What the accounts stand on; all must outlive them. `token_box` seals GitHub tokens.
  struct Parts {
    AuthStore& store;
    const Logins& logins;
    const github::OauthApp& oauth;
    const github::Api& github;
    const SealedBox& token_box;
    const Clock& clock;
    Random& random;
  };

  struct Begun {
    std::string authorize_url;
    std::string state;
  };

  struct Completed {
    UserRecord user;
    // Told here and never again.
    std::string session_token;
    absl::Time expire_time;
    std::string return_path;
  };

  explicit Accounts(const Parts& parts) : parts_(parts) {}

  Begun BeginLogin(absl::string_view return_path) const;

  // Errors: as AuthService.CompleteLogin documents.
  absl::StatusOr<Completed> CompleteLogin(const std::string& code, const std::string& state) const;

  // UNAUTHENTICATED when this is not the token of a live session.
  absl::StatusOr<UserRecord> FindSession(absl::string_view session_token) const;
  absl::Status EndSession(absl::string_view session_token) const;

  // NOT_FOUND.
  absl::StatusOr<UserRecord> GetUser(int64_t user_id) const;
  // NOT_FOUND; DATA_LOSS when the installation's secret key is not the one it was sealed with.
  absl::StatusOr<std::string> GetGithubToken(int64_t user_id) const;

 private:
  const Parts parts_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_ACCOUNTS_H_
