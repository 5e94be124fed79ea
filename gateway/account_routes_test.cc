#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/sessions.h"
#include "gateway/testing/gateway_fixture.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;
using nlohmann::json;

using AccountRoutesTest = GatewayTest;

// K2, K4.
TEST_F(AccountRoutesTest, MeTellsWhoAndTheTokenForChanges) {
  {
    absl::MutexLock lock(&auth_.mutex);
    auth_.email = "ada@example.com";
  }
  EXPECT_EQ(Json(Get("/api/v1/me")), json::parse(R"({
      "user": {"id": 7, "login": "ada", "name": "", "avatar_url": "",
               "notification_email": "ada@example.com"}, "admin": false,
      "csrf_token": ")" + Sessions::CsrfToken("session-7") +
                                                 "\"}"));
}

// K4.
TEST_F(AccountRoutesTest, TheAddressForMailIsSetClearedAndChecked) {
  const auto put = [&](const std::string& body) { return Change("PUT", "/api/v1/me", body); };
  std::string answer = put(R"({"notification_email": "a@b.example"})");
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Json(answer)["id"], 7);
  EXPECT_EQ(Json(answer)["notification_email"], "a@b.example");
  answer = put(R"({"notification_email": ""})");
  EXPECT_EQ(Json(answer)["notification_email"], "");
  answer = put(R"({"notification_email": "nobody"})");
  EXPECT_EQ(StatusOf(answer), 422);
  EXPECT_EQ(Json(answer)["field"], "notification_email");
  for (const char* body : {"{}", R"({"notification_email": null})",
                           R"({"notification_email": "", "is_admin": true})"}) {
    EXPECT_EQ(StatusOf(put(body)), 400) << body;
  }
}

TEST_F(AccountRoutesTest, SessionsAreListed) {
  const json sessions = Json(Get("/api/v1/me/sessions"))["sessions"];
  ASSERT_EQ(sessions.size(), 2U);
  EXPECT_EQ(sessions[0], json::parse(R"({"id": 1, "current": true, "user_agent": "Browser/1",
      "created_at": "2023-11-14T22:13:20.000Z", "last_used_at": null, "expires_at": null})"));
  EXPECT_EQ(sessions[1]["current"], false);
}

TEST_F(AccountRoutesTest, RevokingAnotherSessionEndsItHereAtOnce) {
  {
    absl::MutexLock lock(&auth_.mutex);
    auth_.cache_seconds = 3600;
  }
  ASSERT_EQ(StatusOf(Get("/api/v1/projects", CookieOf("session-7-2"))), 200);
  const std::string answer = Change("DELETE", "/api/v1/me/sessions/2");
  EXPECT_EQ(StatusOf(answer), 204);
  EXPECT_EQ(Header(answer, "Set-Cookie"), "") << "this browser stays signed in";
  EXPECT_EQ(StatusOf(Get("/api/v1/projects", CookieOf("session-7-2"))), 401);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects")), 200);
}

TEST_F(AccountRoutesTest, RevokingTheCurrentSessionSignsOut) {
  const std::string answer = Change("DELETE", "/api/v1/me/sessions/1");
  EXPECT_EQ(StatusOf(answer), 204);
  EXPECT_TRUE(absl::StartsWith(Header(answer, "Set-Cookie"), "kozmic_session=; Path=/; Max-Age=0"));
  EXPECT_EQ(StatusOf(Get("/api/v1/me")), 401);
}

TEST_F(AccountRoutesTest, RevokingAllOtherSessionsKeepsThisOne) {
  {
    absl::MutexLock lock(&auth_.mutex);
    auth_.cache_seconds = 3600;
  }
  ASSERT_EQ(StatusOf(Get("/api/v1/projects", CookieOf("session-7-2"))), 200);
  EXPECT_EQ(StatusOf(Change("DELETE", "/api/v1/me/sessions")), 204);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects", CookieOf("session-7-2"))), 401);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects")), 200);
}

// P34.
TEST_F(AccountRoutesTest, AnAccessTokenIsToldOnceServesAndEnds) {
  {
    absl::MutexLock lock(&auth_.mutex);
    auth_.cache_seconds = 3600;
  }
  std::string answer =
      Change("POST", "/api/v1/me/tokens", R"({"name": "laptop", "lifetime_days": 1})");
  EXPECT_EQ(StatusOf(answer), 201);
  EXPECT_EQ(Json(answer), json::parse(R"({"secret": "kzp_7", "token": {"id": 1, "name": "laptop",
      "created_at": null, "last_used_at": null, "expires_at": "1970-01-02T00:00:00.000Z"}})"));
  answer = Change("POST", "/api/v1/me/tokens", R"({"name": "ci", "lifetime_days": null})");
  EXPECT_EQ(Json(answer)["token"]["expires_at"], nullptr);

  const std::string list = Get("/api/v1/me/tokens");
  EXPECT_EQ(Json(list)["tokens"].size(), 2U);
  EXPECT_EQ(Json(list)["tokens"][0]["name"], "ci");
  EXPECT_FALSE(absl::StrContains(list, "kzp_"));

  ASSERT_EQ(StatusOf(Get("/api/v1/projects", kBearer)), 200);
  EXPECT_EQ(StatusOf(Change("DELETE", "/api/v1/me/tokens/2")), 204);
  EXPECT_EQ(StatusOf(Get("/api/v1/projects", kBearer)), 401) << "forgotten here at once";
  EXPECT_EQ(StatusOf(Change("DELETE", "/api/v1/me/tokens/2")), 404);
}

TEST_F(AccountRoutesTest, ATokensFormIsChecked) {
  const auto post = [&](const std::string& body) {
    return Change("POST", "/api/v1/me/tokens", body);
  };
  std::string answer = post(R"({"name": "", "lifetime_days": 1})");
  EXPECT_EQ(StatusOf(answer), 422);
  EXPECT_EQ(Json(answer)["field"], "name") << "as the form calls it";
  for (const char* days :
       {"0", "-1", "3651", "1e3", "1.5", "\"1\"", "true", "9223372036854775808"}) {
    answer = post(absl::StrCat(R"({"name": "x", "lifetime_days": )", days, "}"));
    EXPECT_EQ(StatusOf(answer), 400) << days;
    EXPECT_EQ(Json(answer)["field"], "lifetime_days") << days;
  }
  EXPECT_EQ(StatusOf(post(R"({"name": "x"})")), 400);
}

// Bad inputs 35 and 36.
TEST_F(AccountRoutesTest, IdsThatAreNotOursAre404) {
  for (const char* id : {"-1", "0", "3", "9223372036854775808", "1e3", "%00", "x"}) {
    EXPECT_EQ(StatusOf(Change("DELETE", absl::StrCat("/api/v1/me/sessions/", id))), 404) << id;
    EXPECT_EQ(StatusOf(Change("DELETE", absl::StrCat("/api/v1/me/tokens/", id))), 404) << id;
  }
}

}  // namespace
}  // namespace kozmic::gateway
