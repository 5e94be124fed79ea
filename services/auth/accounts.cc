#include "services/auth/accounts.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::auth {
namespace {

constexpr absl::Duration kSessionLifetime = absl::Hours(30 * 24);
constexpr size_t kSessionTokenBytes = 32;
// What Kozmic CI cannot work without: hooks, statuses, private repositories.
constexpr char kNeededScope[] = "repo";

std::string TokenPlace(int64_t github_id) { return absl::StrCat("github_users/", github_id); }

// A refusal of GitHub's is the user's affair; what else goes wrong there may pass.
absl::Status FromGithub(const absl::Status& status) {
  if (absl::IsUnavailable(status)) return WithReason(status, "github_unavailable");
  return WithReason(absl::PermissionDeniedError(status.message()), "github_refused");
}

absl::Status CheckScopes(const github::AuthenticatedUser& user) {
  if (!user.scopes.has_value() ||
      std::count(user.scopes->begin(), user.scopes->end(), kNeededScope) > 0) {
    return absl::OkStatus();
  }
  return WithReason(
      absl::PermissionDeniedError(absl::StrCat("GitHub did not grant the scope \"", kNeededScope,
                                               "\"; sign in again and allow it")),
      "github_refused");
}

}  // namespace

Accounts::Begun Accounts::BeginLogin(absl::string_view return_path) const {
  const Login login = parts_.logins.Begin(return_path);
  const std::string state = parts_.logins.State(login);
  return {.authorize_url = parts_.oauth.AuthorizeUrl(state, login.verifier), .state = state};
}

absl::StatusOr<Accounts::Completed> Accounts::CompleteLogin(const std::string& code,
                                                            const std::string& state) const {
  const absl::Time now = parts_.clock.Now();
  KOZMIC_ASSIGN_OR_RETURN(const Login login, parts_.logins.Read(state));
  // Of the verifier, not of the state: one state can be spelled in several ways.
  const absl::Status used = parts_.store.UseState(Sha256(login.verifier), login.expire_time, now);
  if (absl::IsAlreadyExists(used)) return LoginExpired();
  KOZMIC_RETURN_IF_ERROR(used);

  const absl::StatusOr<std::string> token = parts_.oauth.ExchangeCode(code, login.verifier);
  if (!token.ok()) return FromGithub(token.status());
  const auto github_user = parts_.github.GetAuthenticatedUser(*token);
  if (!github_user.ok()) return FromGithub(github_user.status());
  KOZMIC_RETURN_IF_ERROR(CheckScopes(*github_user));

  const github::User& user = github_user->user;
  Completed completed;
  absl::WebSafeBase64Escape(parts_.random.Bytes(kSessionTokenBytes), &completed.session_token);
  completed.expire_time = now + kSessionLifetime;
  completed.return_path = login.return_path;
  KOZMIC_ASSIGN_OR_RETURN(completed.user,
                          parts_.store.SignIn({.github_id = user.id,
                                               .login = user.login,
                                               .display_name = user.name,
                                               .avatar_url = user.avatar_url},
                                              parts_.token_box.Seal(*token, TokenPlace(user.id)),
                                              {.token_sha256 = Sha256(completed.session_token),
                                               .create_time = now,
                                               .expire_time = completed.expire_time}));
  return completed;
}

absl::StatusOr<UserRecord> Accounts::FindSession(absl::string_view session_token) const {
  auto user = parts_.store.FindSession(Sha256(session_token), parts_.clock.Now());
  if (absl::IsNotFound(user.status())) {
    return absl::UnauthenticatedError("this session has ended; sign in again");
  }
  return user;
}

absl::Status Accounts::EndSession(absl::string_view session_token) const {
  return parts_.store.DeleteSession(Sha256(session_token));
}

absl::StatusOr<UserRecord> Accounts::GetUser(int64_t user_id) const {
  return parts_.store.GetUser(user_id);
}

absl::StatusOr<std::string> Accounts::GetGithubToken(int64_t user_id) const {
  KOZMIC_ASSIGN_OR_RETURN(const AuthStore::GithubToken token, parts_.store.GetGithubToken(user_id));
  return parts_.token_box.Open(token.sealed, TokenPlace(token.github_id));
}

}  // namespace kozmic::auth
