// Signing in with the GitHub simulator, which checks the code, its redirect and PKCE as GitHub
// does.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "lib/base/json.h"
#include "lib/github/api.h"
#include "lib/github/oauth.h"
#include "lib/status/annotate.h"
#include "lib/testing/github_simulator.h"
#include "lib/testing/postgres.h"
#include "services/auth/accounts.h"
#include "services/auth/login.h"
#include "services/auth/postgres_auth_store.h"
#include "services/auth/postgres_github_token_store.h"
#include "services/auth/scopes.h"

namespace kozmic::auth {
namespace {

constexpr char kSecretKey[] = "a secret key that is long enough to be one!";

class SimulatorTest : public ::testing::Test {
 protected:
  // What a user does in their browser: consents, or not, and is sent back with these parameters.
  httplib::Params Consent(const std::string& authorize_url, const std::string& decision,
                          const std::string& login = "octo") {
    httplib::Client browser(simulator_.web_url());
    const std::string query = authorize_url.substr(authorize_url.find('?') + 1);
    const auto answer = browser.Post("/login/oauth/authorize",
                                     absl::StrCat(query, "&login=", login, "&decision=", decision),
                                     "application/x-www-form-urlencoded");
    EXPECT_EQ(answer->status, 302) << answer->body;
    const std::string location = answer->get_header_value("Location");
    httplib::Params parameters;
    httplib::detail::parse_query_text(location.substr(location.find('?') + 1), parameters);
    return parameters;
  }

  static std::string Value(const httplib::Params& parameters, const std::string& name) {
    const auto found = parameters.find(name);
    return found == parameters.end() ? "" : found->second;
  }

  absl::StatusOr<Accounts::Completed> Complete(const httplib::Params& back,
                                               const std::string& state) {
    return accounts_.CompleteLogin({.code = Value(back, "code"), .state = state});
  }

  absl::StatusOr<Accounts::Completed> SignIn(const std::string& login) {
    const auto begun = accounts_.BeginLogin("/");
    return Complete(Consent(begun.authorize_url, "authorize", login), begun.state);
  }

  // The sign-in of a user who grants other scopes than they are asked for.
  absl::StatusOr<Accounts::Completed> Grant(const std::string& scopes) {
    const auto begun = accounts_.BeginLogin("/");
    const std::string url = absl::StrReplaceAll(
        begun.authorize_url, {{"scope=repo%20read%3Aorg", absl::StrCat("scope=", scopes)}});
    EXPECT_NE(url, begun.authorize_url);
    return Complete(Consent(url, "authorize"), begun.state);
  }

  // From now on GitHub calls the user of the next sign-ins so.
  void Rename(int64_t github_id, const std::string& login) {
    const nlohmann::json user = {{"id", github_id},
                                 {"login", login},
                                 {"name", login},
                                 {"avatar_url", simulator_.web_url() + "/" + login}};
    const nlohmann::json faults = {{{"method", "GET"},
                                    {"path_regex", "/api/v3/user$"},
                                    {"times", nullptr},
                                    {"status", 200},
                                    {"headers", {{"X-OAuth-Scopes", "repo, read:org"}}},
                                    {"body", user}}};
    const auto answer = httplib::Client(simulator_.web_url())
                            .Put("/_simulator/faults", DumpJson(faults), "application/json");
    ASSERT_TRUE(answer && answer->status < 300);
  }

  GithubSimulator simulator_;
  SystemClock clock_;
  SystemRandom random_;
  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("auth"), .size = 2}};
  PostgresAuthStore store_{pool_};
  PostgresGithubTokenStore github_token_store_{pool_};
  SealedBox login_box_{kSecretKey, "login", random_};
  SealedBox token_box_{kSecretKey, "github_token", random_};
  Logins logins_{login_box_, clock_, random_};
  github::OauthApp oauth_{{.http = {.base_url = simulator_.web_url()},
                           .client_id = "kozmic-demo",
                           .client_secret = "kozmic-demo-secret",
                           .redirect_uri = "http://127.0.0.1:8080/_auth/auth-callback/",
                           .scope = kNeededScopes},
                          clock_};
  github::Api api_{{.base_url = simulator_.api_url()}, clock_};
  Sessions sessions_{store_, clock_, random_};
  GithubTokens github_tokens_{github_token_store_, token_box_};
  Accounts accounts_{{.store = store_,
                      .logins = logins_,
                      .sessions = sessions_,
                      .github_tokens = github_tokens_,
                      .oauth = oauth_,
                      .github = api_,
                      .clock = clock_}};
};

// K1, K2
TEST_F(SimulatorTest, AUserWhoConsentsIsSignedInAndTheirTokenWorks) {
  const auto begun = accounts_.BeginLogin("/projects/");
  const httplib::Params back = Consent(begun.authorize_url, "authorize");
  EXPECT_EQ(Value(back, "state"), begun.state);
  const auto completed = Complete(back, begun.state);
  ASSERT_TRUE(completed.ok()) << completed.status();
  EXPECT_EQ(completed->user.profile.login, "octo");
  EXPECT_EQ(completed->user.profile.display_name, "Octo Cat");
  const auto token = github_tokens_.Get(completed->user.user_id);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_TRUE(api_.GetRepository(*token, GithubSimulator::kRepository)->may_admin);
}

// Bad input 28.
TEST_F(SimulatorTest, ACodeServesOnce) {
  const auto begun = accounts_.BeginLogin("/");
  const httplib::Params back = Consent(begun.authorize_url, "authorize");
  ASSERT_TRUE(Complete(back, begun.state).ok());
  EXPECT_EQ(Reason(Complete(back, begun.state).status()), "login_expired")
      << "the state has served";
  EXPECT_EQ(Reason(Complete(back, accounts_.BeginLogin("/").state).status()), "github_refused")
      << "nor does it under another state";
}

TEST_F(SimulatorTest, ACodeOfAnotherSignInIsRefused) {
  const auto mine = accounts_.BeginLogin("/");
  const auto theirs = accounts_.BeginLogin("/");
  const httplib::Params back = Consent(theirs.authorize_url, "authorize");
  EXPECT_EQ(Reason(Complete(back, mine.state).status()), "github_refused")
      << "PKCE binds a code to the sign-in that asked for it";
}

// Bad input 27.
TEST_F(SimulatorTest, AUserWhoRefusesComesBackWithoutACode) {
  const httplib::Params back = Consent(accounts_.BeginLogin("/").authorize_url, "cancel");
  EXPECT_EQ(Value(back, "error"), "access_denied");
  EXPECT_EQ(Value(back, "code"), "");
}

// Bad input 33.
TEST_F(SimulatorTest, AUserWhoGrantsLessIsToldWhatIsMissing) {
  for (const auto& [granted, missing] :
       {std::pair("repo", "read:org"), std::pair("read:org", "repo"), std::pair("", "repo")}) {
    const absl::Status status = Grant(granted).status();
    EXPECT_EQ(Reason(status), "scope_missing") << granted;
    EXPECT_EQ(Detail(status, "scope"), missing) << granted;
  }
  EXPECT_TRUE(Grant("repo%20admin%3Aorg").ok()) << "which includes read:org";
}

// K2; bad input 32.
TEST_F(SimulatorTest, WhoTakesALoginOverDoesNotTakeTheAccountOver) {
  const auto octo = SignIn("octo");
  ASSERT_TRUE(octo.ok()) << octo.status();
  const auto mona = SignIn("mona");
  ASSERT_TRUE(mona.ok()) << mona.status();
  Rename(mona->user.profile.github_id, "octo");
  const auto taker = SignIn("mona");
  ASSERT_TRUE(taker.ok()) << taker.status();
  EXPECT_EQ(taker->user.profile.login, "octo");
  EXPECT_EQ(taker->user.user_id, mona->user.user_id);

  Rename(octo->user.profile.github_id, "octo-cat");
  const auto renamed = SignIn("octo");
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  EXPECT_EQ(renamed->user.user_id, octo->user.user_id);
  EXPECT_EQ(renamed->user.profile.login, "octo-cat");
  EXPECT_EQ(accounts_.GetUser(octo->user.user_id)->profile.login, "octo-cat");
}

}  // namespace
}  // namespace kozmic::auth
