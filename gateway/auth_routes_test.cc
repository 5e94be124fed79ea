#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/testing/gateway_fixture.h"
#include "lib/status/annotate.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;

// A browser that has begun to sign in.
class AuthRoutesTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    const std::string begun = Get("/_auth/?next=/projects/1", "");
    const std::string set = Header(begun, "Set-Cookie");
    login_ = "Cookie: " + set.substr(0, set.find(';'));
  }
  // Comes back from GitHub.
  std::string Back(const std::string& query, const std::string& more_cookies = "") {
    return Get("/_auth/auth-callback/?" + query, login_ + more_cookies + "\r\n");
  }
  std::string Whither(const std::string& query) { return Header(Back(query), "Location"); }
  void Fail(const absl::Status& status) {
    absl::MutexLock lock(&auth_.mutex);
    auth_.login_status = status;
  }

  std::string login_;
};

// K1, bad input 29.
TEST_F(AuthRoutesTest, SignInBeginsAtGithubAndBindsTheBrowser) {
  const std::string begun = Get("/_auth/?next=//evil.example", "");
  EXPECT_EQ(StatusOf(begun), 303);
  EXPECT_EQ(Header(begun, "Location"), "https://github.example/authorize?state=state-1");
  const std::string set = Header(begun, "Set-Cookie");
  EXPECT_TRUE(absl::StrContains(set, "; Path=/_auth/; Max-Age=600; HttpOnly; SameSite=Lax")) << set;
  EXPECT_FALSE(absl::StrContains(set, "state-1"));
  absl::MutexLock lock(&auth_.mutex);
  EXPECT_EQ(auth_.return_path, "/");
}

// K2.
TEST_F(AuthRoutesTest, SignInOpensASessionAndSyncsRepositoriesAsTheUser) {
  const std::string done = Get("/_auth/auth-callback/?code=c&state=state-1",
                               login_ + "\r\nUser-Agent: Browser/2 (X)\r\n");
  EXPECT_EQ(StatusOf(done), 303);
  EXPECT_EQ(Header(done, "Location"), "/projects/1");
  EXPECT_TRUE(absl::StrContains(done, "Set-Cookie: kozmic_session=session-7-2; Path=/; Max-Age=3"));
  EXPECT_TRUE(absl::StrContains(done, "Set-Cookie: kozmic_login=; Path=/_auth/; Max-Age=0"));
  EXPECT_EQ(projects_.Calls("SyncRepositories"),
            (std::vector<std::string>{"session-7-2 wait_seconds: 3"}));
  absl::MutexLock lock(&auth_.mutex);
  EXPECT_EQ(auth_.login.code(), "c");
  EXPECT_EQ(auth_.login.state(), "state-1");
  EXPECT_EQ(auth_.login.user_agent(), "Browser/2 (X)");
  EXPECT_EQ(auth_.login.previous_session_token(), "");
}

// Bad input 30.
TEST_F(AuthRoutesTest, TheSessionThatTheBrowserHadEnds) {
  {
    absl::MutexLock lock(&auth_.mutex);
    auth_.cache_seconds = 3600;
  }
  ASSERT_EQ(StatusOf(Get("/api/v1/projects")), 200);
  const std::string done = Back("code=c&state=state-1", "; kozmic_session=session-7");
  EXPECT_TRUE(absl::StrContains(done, "kozmic_session=session-7-2;"));
  {
    absl::MutexLock lock(&auth_.mutex);
    EXPECT_EQ(auth_.login.previous_session_token(), "session-7");
  }
  EXPECT_EQ(StatusOf(Get("/api/v1/projects")), 401) << "forgotten here at once";
  EXPECT_EQ(StatusOf(Get("/api/v1/projects", CookieOf("session-7-2"))), 200);
}

TEST_F(AuthRoutesTest, ABrowserThatNamesItselfInBytesThatAreNoTextSignsIn) {
  EXPECT_EQ(
      Header(Get("/_auth/auth-callback/?code=c&state=state-1", login_ + "\r\nUser-Agent: \xff\r\n"),
             "Location"),
      "/projects/1");
}

// K2: GitHub or ProjectService being away does not keep anybody out.
TEST_F(AuthRoutesTest, ASyncThatFailsOrTakesLongDoesNotFailTheSignIn) {
  projects_.Fail(absl::UnavailableError("GitHub is away"));
  EXPECT_EQ(Whither("code=c&state=state-1"), "/projects/1");
  projects_.Fail(absl::OkStatus());
  projects_.SetSyncTime(absl::Seconds(20));
  const absl::Time start = absl::Now();
  EXPECT_EQ(Whither("code=c&state=state-1"), "/projects/1");
  EXPECT_LT(absl::Now() - start, absl::Seconds(6));
}

// Bad inputs 26 to 28.
TEST_F(AuthRoutesTest, ALoginThatIsNotThisBrowsersIsExpired) {
  const std::string expired = "/login/?error=expired";
  EXPECT_EQ(Header(Get("/_auth/auth-callback/?code=c&state=state-1", ""), "Location"), expired);
  for (const char* query : {"code=c&state=state-2", "code=c", "state=state-1", "",
                            "code=%ff&state=state-1", "code=c&state=%ff"}) {
    EXPECT_EQ(Whither(query), expired) << query;
  }
  Fail(WithReason(absl::InvalidArgumentError("used"), "login_expired"));
  EXPECT_EQ(Whither("code=c&state=state-1"), expired);
  EXPECT_EQ(StatusOf(Get(expired, "")), 400);
}

// Bad inputs 27 and 33.
TEST_F(AuthRoutesTest, EachFailureOfASignInHasItsPage) {
  EXPECT_EQ(Whither("error=access_denied&state=state-1"), "/login/?error=denied");
  EXPECT_EQ(Whither("error=application_suspended&state=state-1"), "/login/?error=github");
  const std::vector<std::pair<absl::Status, std::string>> cases = {
      {WithReason(absl::PermissionDeniedError("no"), "github_refused"), "github"},
      {WithDetail(WithReason(absl::PermissionDeniedError("no"), "scope_missing"), "scope",
                  "read:org"),
       "scope&scope=read%3Aorg"},
      {WithReason(absl::UnavailableError("away"), "github_unavailable"), "unavailable"},
      {absl::UnavailableError("away"), "unavailable"},
      {absl::InternalError("broken"), "unavailable"}};
  for (const auto& [status, code] : cases) {
    Fail(status);
    const std::string answer = Back("code=c&state=state-1");
    EXPECT_EQ(StatusOf(answer), 303);
    EXPECT_EQ(Header(answer, "Location"), "/login/?error=" + code);
    EXPECT_FALSE(absl::StrContains(answer, "kozmic_session")) << status;
  }
  EXPECT_EQ(Header(Get("/_auth/", ""), "Location"), "/login/?error=unavailable");
}

// K3.
TEST_F(AuthRoutesTest, SigningOutEndsTheSession) {
  {
    absl::MutexLock lock(&auth_.mutex);
    auth_.cache_seconds = 3600;
  }
  EXPECT_EQ(StatusOf(Send("POST", "/logout/", "", kCookie)), 403);
  const std::string answer = Change("POST", "/logout/");
  EXPECT_EQ(StatusOf(answer), 204);
  EXPECT_TRUE(absl::StartsWith(Header(answer, "Set-Cookie"), "kozmic_session=; Path=/; Max-Age=0"));
  EXPECT_EQ(StatusOf(Get("/api/v1/me")), 401) << "forgotten here at once";
}

}  // namespace
}  // namespace kozmic::gateway
