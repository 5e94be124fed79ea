#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/testing/gateway_fixture.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;
using nlohmann::json;

using PageTest = GatewayTest;

TEST_F(PageTest, ServesTheApplicationForEveryPathOfItsOwn) {
  for (const char* path : {"/", "/projects/1/builds/2", "/login/"}) {
    const std::string answer = Get(path, "");
    EXPECT_EQ(StatusOf(answer), 200) << path;
    EXPECT_EQ(Body(answer), "<!doctype html>app");
    EXPECT_TRUE(absl::StrContains(Header(answer, "Content-Security-Policy"), "default-src 'none'"));
    EXPECT_EQ(Header(answer, "X-Content-Type-Options"), "nosniff");
  }
  EXPECT_EQ(Body(Get("/assets/a.js", "")), "js");
  for (const char* path : {"/assets/none.js", "/api/v2/x", "/_hooks/x", "/%2e%2e/x", "/a//b"}) {
    const std::string answer = Get(path, "");
    EXPECT_EQ(StatusOf(answer), 404) << path;
    EXPECT_EQ(Json(answer)["code"], "not_found") << path;
  }
}

TEST_F(PageTest, AnswersProbesForAnyHostAndPagesOnlyForOurs) {
  const auto at = [&](const std::string& path) {
    return http::Ask(port(), "GET " + path + " HTTP/1.1\r\nHost: 10.1.2.3:8080\r\n\r\n");
  };
  EXPECT_EQ(Body(at("/healthz")), R"({"status":"ok"})");
  EXPECT_EQ(StatusOf(at("/")), 421);
}

// Bad input 26.
TEST_F(PageTest, ThePageOfAnExpiredLoginIs400) {
  const std::string expired = Get("/login/?error=expired", "");
  EXPECT_EQ(StatusOf(expired), 400);
  EXPECT_EQ(Body(expired), "<!doctype html>app");
  const std::string etag = Header(Get("/login/", ""), "ETag");
  EXPECT_EQ(StatusOf(Get("/login/?error=expired", "If-None-Match: " + etag + "\r\n")), 400);
  for (const char* path : {"/login/", "/login/?error=denied", "/else/?error=expired"}) {
    EXPECT_EQ(StatusOf(Get(path, "")), 200) << path;
  }
}

// K6, bad input 34: what changes something is not a link, and says which methods there are.
TEST_F(PageTest, ReadingWhatOnlyChangesIs405) {
  for (const char* path :
       {"/logout/", "/api/v1/projects/1/members/sync", "/api/v1/projects/1/hooks/restore",
        "/api/v1/projects/1/deploy_key/restore", "/api/v1/projects/1/deploy_key/rotate",
        "/api/v1/projects/1/badge/reset", "/api/v1/projects/1/secrets/TOKEN",
        "/api/v1/projects/1/registries/ghcr.io", "/api/v1/projects/1/builds/1/cancel",
        "/api/v1/projects/1/builds/1/restart", "/api/v1/projects/1/builds/1/approve",
        "/api/v1/projects/1/builds/1/jobs/1/cancel", "/api/v1/projects/1/builds/1/jobs/1/restart",
        "/api/v1/projects/1/notification_hooks/1", "/api/v1/me/sessions/1",
        "/api/v1/me/tokens/1"}) {
    const std::string answer = Get(path);
    EXPECT_EQ(StatusOf(answer), 405) << path;
    EXPECT_NE(Header(answer, "Allow"), "") << path;
    EXPECT_EQ(StatusOf(Send("HEAD", path, "", kCookie)), 405) << path;
  }
}

// Bad inputs 38 to 40.
TEST_F(PageTest, WhatReadersDisagreeAboutIsRefused) {
  for (const char* path : {"/..;/api/v1/me", "/api/v1/%2e%2e/x", "/api//v1/me"}) {
    EXPECT_EQ(StatusOf(Get(path)), 404) << path;
  }
  EXPECT_EQ(StatusOf(Get("/", absl::StrCat("X: ", std::string(100 << 10, 'x'), "\r\n"))), 431);
  EXPECT_EQ(StatusOf(http::Ask(port(), "GET /login/ HTTP/1.1\r\nHost: evil.example\r\n\r\n")), 421);
}

}  // namespace
}  // namespace kozmic::gateway
