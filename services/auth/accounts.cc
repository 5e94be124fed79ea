#include "services/auth/accounts.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/auth/scopes.h"
#include "services/auth/validate.h"

namespace kozmic::auth {
namespace {

// A refusal of GitHub's is the user's affair; what else goes wrong there may pass.
absl::Status FromGithub(const absl::Status& status) {
  if (absl::IsUnavailable(status)) return WithReason(status, "github_unavailable");
  return WithReason(absl::PermissionDeniedError(status.message()), "github_refused");
}

absl::Status CheckScopes(const github::AuthenticatedUser& user) {
  // An OAuth application's token always has scopes; a header without any may be lost on its way.
  const std::optional<std::string> missing =
      MissingScope(user.scopes.value_or(std::vector<std::string>()));
  if (!missing.has_value()) return absl::OkStatus();
  const absl::Status denied = absl::PermissionDeniedError(absl::StrCat(
      "GitHub did not grant the scope \"", *missing, "\"; sign in again and allow it"));
  return WithDetail(WithReason(denied, "scope_missing"), "scope", *missing);
}

}  // namespace

Accounts::Begun Accounts::BeginLogin(absl::string_view return_path) const {
  const Login login = parts_.logins.Begin(return_path);
  const std::string state = parts_.logins.State(login);
  return {.authorize_url = parts_.oauth.AuthorizeUrl(state, login.verifier), .state = state};
}

absl::StatusOr<Accounts::Completed> Accounts::CompleteLogin(const Return& browser) const {
  KOZMIC_ASSIGN_OR_RETURN(const Login login, parts_.logins.Read(browser.state));
  // Of the verifier, not of the state: one state can be spelled in several ways.
  const absl::Status used =
      parts_.store.UseState(Sha256(login.verifier), login.expire_time, parts_.clock.Now());
  if (absl::IsAlreadyExists(used)) return LoginExpired();
  KOZMIC_RETURN_IF_ERROR(used);

  const absl::StatusOr<std::string> token = parts_.oauth.ExchangeCode(browser.code, login.verifier);
  if (!token.ok()) return FromGithub(token.status());
  const auto github_user = parts_.github.GetAuthenticatedUser(*token);
  if (!github_user.ok()) return FromGithub(github_user.status());
  KOZMIC_RETURN_IF_ERROR(CheckScopes(*github_user));

  const github::User& user = github_user->user;
  const Sessions::Issued issued = parts_.sessions.Issue(browser.user_agent);
  Completed completed{.session_token = issued.token,
                      .expire_time = issued.session.expire_time,
                      .return_path = login.return_path};
  KOZMIC_ASSIGN_OR_RETURN(
      completed.user,
      parts_.store.SignIn({.github_id = user.id,
                           .login = user.login,
                           .display_name = user.name,
                           .avatar_url = user.avatar_url},
                          parts_.github_tokens.Seal(user.id, *token), issued.session,
                          Sessions::Digest(browser.previous_session_token)));
  return completed;
}

absl::StatusOr<UserRecord> Accounts::GetUser(int64_t user_id) const {
  return parts_.store.GetUser(user_id);
}

absl::StatusOr<std::vector<UserRecord>> Accounts::FindUsers(
    const std::vector<int64_t>& user_ids, const std::vector<int64_t>& github_ids) const {
  return parts_.store.FindUsers(user_ids, github_ids);
}

absl::StatusOr<UserRecord> Accounts::SetNotificationEmail(int64_t user_id,
                                                          absl::string_view email) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string address, ValidateNotificationEmail(email));
  return parts_.store.SetNotificationEmail(user_id, address);
}

}  // namespace kozmic::auth
