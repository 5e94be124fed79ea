// Signing in by AuthService's rpcs: rows K1, K2, K3 and bad inputs 26 to 33.

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/status/annotate.h"
#include "services/auth/service_fixture.h"

namespace kozmic::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using LoginServiceTest = ServiceFixture;

// K1, K2
TEST_F(LoginServiceTest, SignsAUserIn) {
  const v1::BeginLoginResponse begun = Begin();
  EXPECT_THAT(begun.authorize_url(), HasSubstr("&state=" + begun.state()));
  EXPECT_THAT(begun.authorize_url(), HasSubstr("&scope=repo%20read%3Aorg&"));
  const auto completed = Complete(begun.state());
  ASSERT_TRUE(completed.ok()) << completed.status();
  EXPECT_EQ(completed->user().login(), "ann");
  EXPECT_EQ(completed->return_path(), "/projects/");
  EXPECT_EQ(completed->expire_time().seconds(), 1700000000 + 30 * 24 * 3600);

  std::string challenge;
  absl::WebSafeBase64Escape(Sha256(github_.verifier()), &challenge);
  EXPECT_THAT(begun.authorize_url(), HasSubstr("code_challenge=" + challenge));

  const auto who = Authenticate(completed->session_token());
  ASSERT_TRUE(who.ok()) << who.status();
  EXPECT_EQ(who->user().name(), completed->user().name());
  EXPECT_FALSE(who->is_access_token());
  EXPECT_EQ(who->cache_seconds(), 30);
}

// K2: login, name and avatar are today's at every sign-in. Bad input 32: the GitHub id alone says
// who someone is.
TEST_F(LoginServiceTest, ARenamedUserIsTheSameAndARecycledLoginIsAnother) {
  const auto ann = *Complete(Begin().state());
  github_.Set({.id = 5, .login = "ann-lee", .name = "Ann Lee"});
  const auto renamed = *Complete(Begin().state());
  EXPECT_EQ(renamed.user().name(), ann.user().name());
  EXPECT_EQ(renamed.user().login(), "ann-lee");
  EXPECT_EQ(renamed.user().display_name(), "Ann Lee");
  EXPECT_EQ(renamed.user().avatar_url(), "http://avatars.example/ann-lee");
  EXPECT_EQ(Authenticate(ann.session_token())->user().login(), "ann-lee");

  github_.Set({.id = 6, .login = "ann", .name = "Someone"});
  EXPECT_NE(Complete(Begin().state())->user().name(), ann.user().name());
}

// Bad inputs 26 and 28.
TEST_F(LoginServiceTest, AStateServesOnceHoweverSpelled) {
  const std::string state = Begin().state();
  ASSERT_TRUE(Complete(state).ok());
  EXPECT_EQ(Reason(Complete(state).status()), "login_expired");
  EXPECT_EQ(Reason(Complete(state + "=").status()), "login_expired");
}

// Bad input 26.
TEST_F(LoginServiceTest, AMissingOrOldStateHasExpired) {
  EXPECT_EQ(Reason(Complete("").status()), "login_expired");
  EXPECT_EQ(Reason(Complete("never one").status()), "login_expired");
  const std::string state = Begin().state();
  clock_.Advance(absl::Minutes(10));
  const absl::Status status = Complete(state).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Reason(status), "login_expired");
}

// Bad input 28.
TEST_F(LoginServiceTest, GithubsRefusalAndAbsenceAreTold) {
  const absl::Status refused = Complete(Begin().state(), "bad").status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Reason(refused), "github_refused");

  github_.Set({.status = 502});
  const absl::Status away = Complete(Begin().state()).status();
  EXPECT_EQ(away.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Reason(away), "github_unavailable");
}

// Bad input 33.
TEST_F(LoginServiceTest, AScopeThatWasNotGrantedIsNamedAndNobodyIsSignedIn) {
  for (const auto& [granted, missing] :
       {std::pair("read:user", "repo"), std::pair("repo", "read:org"), std::pair("", "repo"),
        std::pair("read:org, public_repo", "repo"), std::pair("repo, user", "read:org")}) {
    github_.Set({.scopes = granted});
    const absl::Status status = Complete(Begin().state()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << granted;
    EXPECT_EQ(Reason(status), "scope_missing") << granted;
    EXPECT_EQ(Detail(status, "scope"), missing) << granted;
    EXPECT_THAT(std::string(status.message()), HasSubstr(missing));
  }
  EXPECT_EQ(store_.FindUsers({}, {5})->size(), 0u);
}

// Bad input 29.
TEST_F(LoginServiceTest, NobodyIsSentToAnotherServer) {
  EXPECT_EQ(Complete(Begin("//evil").state())->return_path(), "/");
}

// Bad input 30: the session that a browser had, perhaps one that somebody put there, ends.
TEST_F(LoginServiceTest, ASignInEndsTheSessionThatTheBrowserHad) {
  const std::string planted = SignIn(6).session_token();
  const std::string mine = SignIn(5).session_token();
  v1::CompleteLoginRequest request;
  request.set_state(Begin().state());
  request.set_code("good");
  request.set_previous_session_token(planted);
  const auto rotated = Complete(request);
  ASSERT_TRUE(rotated.ok()) << rotated.status();
  EXPECT_NE(rotated->session_token(), planted);
  EXPECT_EQ(Authenticate(planted).status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_TRUE(Authenticate(mine).ok()) << "another browser's session goes on";

  request.set_state(Begin().state());
  request.set_previous_session_token("anything");
  EXPECT_TRUE(Complete(request).ok());
}

TEST_F(LoginServiceTest, AFailedSignInEndsNoSession) {
  const std::string token = SignIn().session_token();
  v1::CompleteLoginRequest request;
  request.set_state(Begin().state());
  request.set_code("bad");
  request.set_previous_session_token(token);
  EXPECT_FALSE(Complete(request).ok());
  EXPECT_TRUE(Authenticate(token).ok());
}

// K3. Bad input 31.
TEST_F(LoginServiceTest, AnEndedSessionIsNoCredential) {
  const std::string token = SignIn().session_token();
  v1::DeleteSessionRequest request;
  request.set_session_token(token);
  EXPECT_EQ(Ask(&Stub::DeleteSession, request, token).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(Ask(&Stub::DeleteSession, request, Service("gateway")).ok());
  EXPECT_TRUE(Ask(&Stub::DeleteSession, request, Service("gateway")).ok());
  EXPECT_EQ(Authenticate(token).status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Authenticate("never was one").status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(LoginServiceTest, SessionsExpire) {
  const std::string token = SignIn().session_token();
  clock_.Advance(absl::Hours(30 * 24));
  EXPECT_EQ(Authenticate(token).status().code(), absl::StatusCode::kUnauthenticated);
}

// I15
TEST_F(LoginServiceTest, NoSecretLiesInTheDatabaseInTheClear) {
  const auto session = *Complete(Begin().state());
  const auto made = MakeToken(session);
  std::string dump;
  ASSERT_TRUE(
      pool_
          .Autocommit([&](pqxx::nontransaction& tx) {
            for (const char* table : {"users", "sessions", "access_tokens", "used_states"}) {
              for (const auto& row : tx.exec(absl::StrCat("SELECT t::text FROM ", table, " t"))) {
                absl::StrAppend(&dump, row[0].as<std::string>(), "\n");
              }
            }
            return absl::OkStatus();
          })
          .ok());
  EXPECT_THAT(dump, HasSubstr("ann"));
  for (const std::string& secret :
       {std::string("gho_secret"), session.session_token(), made.token(), made.token().substr(4)}) {
    EXPECT_THAT(dump, Not(HasSubstr(secret)));
    EXPECT_THAT(dump, Not(HasSubstr(absl::BytesToHexString(secret))));
  }
  EXPECT_THAT(dump, HasSubstr(absl::BytesToHexString(Sha256(session.session_token()))));
  EXPECT_THAT(dump, HasSubstr(absl::BytesToHexString(Sha256(made.token()))));
}

TEST_F(LoginServiceTest, OnlyTheGatewaySignsIn) {
  EXPECT_EQ(Ask(&Stub::BeginLogin, v1::BeginLoginRequest(), Service("build")).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Ask(&Stub::BeginLogin, v1::BeginLoginRequest(), "").status().code(),
            absl::StatusCode::kUnauthenticated);
}

}  // namespace
}  // namespace kozmic::auth
