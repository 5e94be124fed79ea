#include "gateway/sessions.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/testing/fake_caller.h"
#include "gateway/testing/gateway_fixture.h"
#include "lib/rpc/service_token.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;
using nlohmann::json;

using SessionsTest = GatewayTest;

TEST_F(SessionsTest, AnonymousIsToldToSignInAsJson) {
  for (const char* path :
       {"/api/v1/me", "/api/v1/projects", "/api/v1/projects/1", "/api/v1/projects/1/builds",
        "/api/v1/stream?project=1", "/api/v1/projects/1/builds/1/jobs/1/log"}) {
    for (const char* cookie : {"", "Cookie: kozmic_session=wrong\r\n",
                               "Cookie: kozmic_session=\xff\r\n", "Cookie: kozmic_session=\r\n"}) {
      const std::string answer = Get(path, cookie);
      EXPECT_EQ(StatusOf(answer), 401) << path << " " << cookie;
      EXPECT_EQ(Json(answer)["code"], "unauthenticated");
    }
  }
}

TEST_F(SessionsTest, ABrowserCannotUseAServicesToken) {
  const std::string token = ServiceToken(kTestServiceKey, "gateway");
  EXPECT_EQ(StatusOf(Get("/api/v1/projects", "Cookie: kozmic_session=" + token + "\r\n")), 401);
}

TEST_F(SessionsTest, ChangesNeedTheCsrfTokenAndOurOrigin) {
  const std::string body = R"({"repository": "octo/repo"})";
  EXPECT_EQ(Json(Send("POST", "/api/v1/projects", body, kCookie))["code"], "csrf");
  EXPECT_EQ(StatusOf(Send("POST", "/api/v1/projects", body,
                          absl::StrCat(kCookie, "X-CSRF-Token: 00\r\n"))),
            403);
  EXPECT_EQ(StatusOf(Send("POST", "/api/v1/projects", body,
                          ChangingAs("session-7") + "Origin: https://evil.example\r\n")),
            403);
  EXPECT_EQ(StatusOf(Send("POST", "/api/v1/projects", body,
                          ChangingAs("session-7") + "Origin: http://ci.example.com\r\n")),
            201);
  EXPECT_EQ(StatusOf(Send("POST", "/api/v1/projects", body, ChangingAs("session-7"))), 201);
  EXPECT_EQ(StatusOf(Get("/logout/")), 405) << "reading changes nothing";
}

// P34.
TEST_F(SessionsTest, AProgramNeedsNoCsrfToken) {
  EXPECT_EQ(StatusOf(Get("/api/v1/projects", kBearer)), 200);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects", "Authorization: bearer kzp_7\r\n")), 200);
  EXPECT_EQ(StatusOf(Send("POST", "/api/v1/projects", R"({"repository": "octo/new"})", kBearer)),
            201);
  const auto calls = projects_.Calls("CreateProject");
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_TRUE(absl::StartsWith(calls[0], "kzp_7 ")) << "the token is what is passed on";
}

// P34, bad input 31.
TEST_F(SessionsTest, ABadTokenIs401AlsoBesideAGoodCookie) {
  for (const char* header : {"Authorization: Bearer kzp_none\r\n", "Authorization: Bearer\r\n",
                             "Authorization: Bearer \xff\r\n", "Authorization: Bearer a b\r\n",
                             "Authorization: Bearer session-7\r\n"}) {
    const std::string answer = Get("/api/v1/projects", absl::StrCat(kCookie, header));
    EXPECT_EQ(StatusOf(answer), 401) << header;
    EXPECT_EQ(Json(answer)["code"], "unauthenticated");
  }
  const std::string service = ServiceToken(kTestServiceKey, "gateway");
  EXPECT_EQ(StatusOf(Get("/api/v1/projects", "Authorization: Bearer " + service + "\r\n")), 401);
}

TEST_F(SessionsTest, AnAccessTokenInTheCookieIsNoSession) {
  EXPECT_EQ(StatusOf(Get("/api/v1/projects", CookieOf("kzp_7"))), 401);
  EXPECT_EQ(
      StatusOf(Send("POST", "/api/v1/projects", R"({"repository": "a/b"})", ChangingAs("kzp_7"))),
      401);
}

TEST_F(SessionsTest, WhatAProxyIsSignedInByIsNotForUs) {
  EXPECT_EQ(
      StatusOf(Get("/api/v1/projects", absl::StrCat(kCookie, "Authorization: Basic eA==\r\n"))),
      200);
}

// P34: who has a token cannot make it more.
TEST_F(SessionsTest, WhatGivesAccessIsNotManagedByAToken) {
  const std::vector<std::vector<std::string>> routes = {
      {"PUT", "/api/v1/me", "{}"},
      {"DELETE", "/api/v1/me/sessions", ""},
      {"DELETE", "/api/v1/me/sessions/1", ""},
      {"POST", "/api/v1/me/tokens", "{}"},
      {"DELETE", "/api/v1/me/tokens/1", ""},
      {"POST", "/api/v1/repositories/sync", ""},
      {"POST", "/api/v1/projects", "{}"},
      {"DELETE", "/api/v1/projects/1", "{}"},
      {"POST", "/api/v1/projects/1/members/sync", ""},
      {"POST", "/api/v1/projects/1/hooks", "{}"},
      {"PUT", "/api/v1/projects/1/hooks/1", "{}"},
      {"DELETE", "/api/v1/projects/1/hooks/1", ""},
      {"POST", "/api/v1/projects/1/hooks/restore", ""},
      {"PUT", "/api/v1/projects/1/secrets/A", "{}"},
      {"DELETE", "/api/v1/projects/1/secrets/A", ""},
      {"POST", "/api/v1/projects/1/deploy_key/restore", ""},
      {"POST", "/api/v1/projects/1/deploy_key/rotate", ""},
      {"POST", "/api/v1/projects/1/badge/reset", ""},
      {"POST", "/api/v1/projects/1/builds", "{}"},
      {"POST", "/api/v1/projects/1/builds/1/cancel", ""},
      {"POST", "/api/v1/projects/1/builds/1/restart", "{}"},
      {"POST", "/api/v1/projects/1/builds/1/approve", "{}"},
      {"POST", "/api/v1/projects/1/builds/1/jobs/1/cancel", ""},
      {"POST", "/api/v1/projects/1/builds/1/jobs/1/restart", ""},
      {"PUT", "/api/v1/projects/1/settings", "{}"},
      {"POST", "/api/v1/projects/1/notification_hooks", "{}"},
      {"DELETE", "/api/v1/projects/1/notification_hooks/1", ""},
      {"POST", "/logout/", ""}};
  const std::string others =
      absl::StrCat(kCookie, "X-CSRF-Token: ", Sessions::CsrfToken("session-8"), "\r\n");
  for (const auto& route : routes) {
    const std::string &method = route[0], &path = route[1], &body = route[2];
    for (const std::string& headers : {std::string(kCookie), others}) {
      const std::string answer = Send(method, path, body, headers);
      EXPECT_EQ(StatusOf(answer), 403) << method << " " << path;
      EXPECT_EQ(Json(answer)["code"], "csrf") << method << " " << path;
    }
    EXPECT_EQ(StatusOf(Send(method, path, body)), 401) << method << " " << path;
  }
}

}  // namespace
}  // namespace kozmic::gateway
