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
using nlohmann::json;

using NotificationHookRoutesTest = GatewayTest;

constexpr char kHooks[] = "/api/v1/projects/1/notification_hooks";
constexpr char kHook[] = R"({"url": "https://chat.example/ci", "secret": "correct horse battery"})";

// P36: what messages are signed with is never told.
TEST_F(NotificationHookRoutesTest, AHookIsCreatedListedAndDeleted) {
  EXPECT_EQ(Json(Get(kHooks)), json::parse(R"({"hooks": []})"));
  const std::string created = Change("POST", kHooks, kHook);
  EXPECT_EQ(StatusOf(created), 201);
  EXPECT_EQ(Json(created), json::parse(R"({"id": 1, "url": "https://chat.example/ci",
      "created_at": null, "last_at": null, "last_result": "", "waiting": 0})"));
  const std::string list = Get(kHooks);
  EXPECT_EQ(Json(list)["hooks"], json::array({Json(created)}));
  EXPECT_FALSE(absl::StrContains(created + list, "horse"));
  EXPECT_EQ(Json(Get("/api/v1/projects/2/notification_hooks"))["hooks"], json::array());
  const std::string one = absl::StrCat(kHooks, "/1");
  EXPECT_EQ(StatusOf(Change("DELETE", "/api/v1/projects/2/notification_hooks/1")), 404)
      << "bad input 36: another project's";
  EXPECT_EQ(StatusOf(Change("DELETE", one)), 204);
  EXPECT_EQ(StatusOf(Change("DELETE", one)), 404);
}

// Bad input 41.
TEST_F(NotificationHookRoutesTest, WhatIsWrongWithAHookIsNamed) {
  const auto refused = [&](const std::string& body, int status, const std::string& field) {
    const std::string answer = Change("POST", kHooks, body);
    EXPECT_EQ(StatusOf(answer), status) << body;
    EXPECT_EQ(Json(answer).value("field", ""), field) << body;
    EXPECT_FALSE(absl::StrContains(answer, "horse")) << "a secret is never told";
  };
  refused(R"({"url": "ftp://chat.example", "secret": "correct horse battery"})", 422, "url");
  refused(R"({"url": "https://chat.example", "secret": "horse"})", 422, "secret");
  refused(R"({"url": "https://chat.example"})", 400, "secret");
  refused(R"({"secret": "correct horse battery"})", 400, "url");
  refused(R"({"url": 1, "secret": "correct horse battery"})", 400, "url");
  refused(R"({"url": "https://a", "secret": ["correct horse battery"]})", 400, "secret");
  refused(R"({"url": "https://a", "secret": "correct horse battery", "id": 2})", 400, "");
  refused("[]", 400, "");
  EXPECT_EQ(StatusOf(Change("POST", kHooks, std::string(17 << 10, ' '))), 413);
  EXPECT_EQ(Json(Get(kHooks))["hooks"], json::array());
}

TEST_F(NotificationHookRoutesTest, WhatTheServiceRefusesIsTold) {
  builds_.Fail(WithReason(absl::FailedPreconditionError("There are 20 already."),
                          "too_many_notification_hooks"));
  const std::string many = Change("POST", kHooks, kHook);
  EXPECT_EQ(StatusOf(many), 409);
  EXPECT_EQ(Json(many)["code"], "too_many_notification_hooks");
  const std::string one = absl::StrCat(kHooks, "/1");
  for (const auto& [status, expected] : std::vector<std::pair<absl::Status, int>>{
           {absl::PermissionDeniedError("Ask a manager of this project."), 403},
           {absl::NotFoundError("no such project"), 404},
           {absl::UnavailableError("away"), 503}}) {
    builds_.Fail(status);
    EXPECT_EQ(StatusOf(Get(kHooks)), expected);
    EXPECT_EQ(StatusOf(Change("POST", kHooks, kHook)), expected);
    EXPECT_EQ(StatusOf(Change("DELETE", one)), expected);
  }
}

// Bad inputs 34 and 35.
TEST_F(NotificationHookRoutesTest, IdsThatAreNoneAre404) {
  for (const char* id : {"-1", "0", "01", "9223372036854775808", "1e3", "%00", "x"}) {
    const std::string project = absl::StrCat("/api/v1/projects/", id, "/notification_hooks");
    EXPECT_EQ(StatusOf(Get(project)), 404) << id;
    EXPECT_EQ(StatusOf(Change("POST", project, kHook)), 404) << id;
    EXPECT_EQ(StatusOf(Change("DELETE", absl::StrCat(kHooks, "/", id))), 404) << id;
  }
  EXPECT_EQ(StatusOf(Get(absl::StrCat(kHooks, "/1"))), 405);
  EXPECT_EQ(StatusOf(Get(kHooks, "")), 401);
}

}  // namespace
}  // namespace kozmic::gateway
