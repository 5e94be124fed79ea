// Signing in with the GitHub simulator, which checks the code, its redirect and PKCE as GitHub
// does.

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "lib/github/api.h"
#include "lib/github/oauth.h"
#include "lib/status/annotate.h"
#include "lib/testing/github_simulator.h"
#include "lib/testing/postgres.h"
#include "services/auth/accounts.h"
#include "services/auth/login.h"
#include "services/auth/postgres_auth_store.h"

namespace kozmic::auth {
namespace {

constexpr char kSecretKey[] = "a secret key that is long enough to be one!";

class SimulatorTest : public ::testing::Test {
 protected:
  // What a user does in their browser: consents, or not, and is sent back with these parameters.
  httplib::Params Consent(const std::string& authorize_url, const std::string& decision) {
    httplib::Client browser(simulator_.web_url());
    const std::string query = authorize_url.substr(authorize_url.find('?') + 1);
    const auto answer =
        browser.Post("/login/oauth/authorize", query + "&login=octo&decision=" + decision,
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

  GithubSimulator simulator_;
  SystemClock clock_;
  SystemRandom random_;
  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("auth"), .size = 2}};
  PostgresAuthStore store_{pool_};
  SealedBox login_box_{kSecretKey, "login", random_};
  SealedBox token_box_{kSecretKey, "github_token", random_};
  Logins logins_{login_box_, clock_, random_};
  github::OauthApp oauth_{{.http = {.base_url = simulator_.web_url()},
                           .client_id = "kozmic-demo",
                           .client_secret = "kozmic-demo-secret",
                           .redirect_uri = "http://127.0.0.1:8080/_auth/auth-callback/",
                           .scope = "repo"},
                          clock_};
  github::Api api_{{.base_url = simulator_.api_url()}, clock_};
  Accounts accounts_{{.store = store_,
                      .logins = logins_,
                      .oauth = oauth_,
                      .github = api_,
                      .token_box = token_box_,
                      .clock = clock_,
                      .random = random_}};
};

TEST_F(SimulatorTest, AUserWhoConsentsIsSignedInAndTheirTokenWorks) {
  const auto begun = accounts_.BeginLogin("/projects/");
  const httplib::Params back = Consent(begun.authorize_url, "authorize");
  EXPECT_EQ(Value(back, "state"), begun.state);
  const auto completed = accounts_.CompleteLogin(Value(back, "code"), Value(back, "state"));
  ASSERT_TRUE(completed.ok()) << completed.status();
  EXPECT_EQ(completed->user.profile.login, "octo");
  EXPECT_EQ(completed->user.profile.display_name, "Octo Cat");
  const auto token = accounts_.GetGithubToken(completed->user.user_id);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_TRUE(api_.GetRepository(*token, GithubSimulator::kRepository)->may_admin);

  // A code serves once, also under another state.
  const auto again = accounts_.BeginLogin("/");
  EXPECT_EQ(Reason(accounts_.CompleteLogin(Value(back, "code"), again.state).status()),
            "github_refused");
}

TEST_F(SimulatorTest, ACodeOfAnotherSignInIsRefused) {
  const auto mine = accounts_.BeginLogin("/");
  const auto theirs = accounts_.BeginLogin("/");
  const httplib::Params back = Consent(theirs.authorize_url, "authorize");
  EXPECT_EQ(Reason(accounts_.CompleteLogin(Value(back, "code"), mine.state).status()),
            "github_refused")
      << "PKCE binds a code to the sign-in that asked for it";
}

TEST_F(SimulatorTest, AUserWhoRefusesComesBackWithoutACode) {
  const httplib::Params back = Consent(accounts_.BeginLogin("/").authorize_url, "cancel");
  EXPECT_EQ(Value(back, "error"), "access_denied");
  EXPECT_EQ(Value(back, "code"), "");
}

}  // namespace
}  // namespace kozmic::auth
