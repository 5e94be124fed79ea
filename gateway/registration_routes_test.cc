#include <gtest/gtest.h>

#include <string>

#include "gateway/testing/gateway_fixture.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;
using nlohmann::json;

constexpr char kTokens[] = "/api/v1/admin/registration-tokens";

class RegistrationRoutesTest : public GatewayTest {};

// P22
TEST_F(RegistrationRoutesTest, ATokenIsMadeListedAndTakenBack) {
  const std::string made = Change(
      "POST", kTokens,
      R"({"display_name": "rack 7", "runner": "rack-7", "labels": ["gpu"], "lifetime_hours": 2})");
  EXPECT_EQ(StatusOf(made), 201);
  EXPECT_EQ(Json(made)["token"], "kzj_secret");
  EXPECT_EQ(Json(made)["registration_token"]["runner"], "rack-7");
  {
    absl::MutexLock lock(&admin_.mutex);
    EXPECT_EQ(admin_.token_asked.display_name(), "rack 7");
    EXPECT_EQ(admin_.token_asked.labels(0), "gpu");
    EXPECT_EQ(admin_.token_asked.lifetime_hours(), 2);
  }
  EXPECT_EQ(Json(Get(kTokens)), json::parse(R"([{"id": 3, "display_name": "rack 7",
      "runner": null, "labels": ["gpu"], "creator": "ada",
      "created_at": "2023-11-14T22:13:20.000Z", "expires_at": "2023-11-14T23:13:20.000Z",
      "used_at": null, "used_by": null}])"));
  EXPECT_EQ(StatusOf(Change("DELETE", std::string(kTokens) + "/3")), 204);
  EXPECT_EQ(StatusOf(Change("DELETE", std::string(kTokens) + "/4")), 404);
}

TEST_F(RegistrationRoutesTest, NothingNeedBeSaidOfAToken) {
  EXPECT_EQ(StatusOf(Change("POST", kTokens, "{}")), 201);
  const std::string refused = Change("POST", kTokens, R"({"runner": "No Name"})");
  EXPECT_EQ(StatusOf(refused), 422);
  EXPECT_EQ(Json(refused)["field"], "runner");
}

TEST_F(RegistrationRoutesTest, ARegisteredRunnerIsRevoked) {
  {
    absl::MutexLock lock(&admin_.mutex);
    admin_.runner.set_name("runners/rack-7");
  }
  const std::string revoke = "/api/v1/admin/runners/rack-7/revoke";
  EXPECT_EQ(Json(Change("POST", revoke))["code"], "not_registered");
  {
    absl::MutexLock lock(&admin_.mutex);
    admin_.runner.mutable_registration()->set_creator("ada");
  }
  const json revoked = Json(Change("POST", revoke));
  EXPECT_EQ(revoked["registration"]["creator"], "ada");
  EXPECT_EQ(revoked["registration"]["revoked_by"], "ada");
}

TEST_F(RegistrationRoutesTest, OthersAreRefused) {
  EXPECT_EQ(StatusOf(Get(kTokens, CookieOf("session-8"))), 403);
  EXPECT_EQ(StatusOf(Send("POST", kTokens, "{}", ChangingAs("session-8"))), 403);
  EXPECT_EQ(StatusOf(Send("POST", kTokens, "{}", kCookie)), 403) << "without the CSRF token";
  EXPECT_EQ(StatusOf(Send("POST", "/api/v1/admin/runners/a/revoke", "")), 401);
}

TEST_F(RegistrationRoutesTest, AMachineIsToldWhereToGoOrThatItMayNotCome) {
  const std::string none = Get("/api/v1/join", "");
  EXPECT_EQ(StatusOf(none), 404);
  EXPECT_EQ(Json(none)["code"], "no_runners_from_elsewhere");
  join_ = {.build = "ci.example.com:7103",
           .logstream = "ci.example.com:7105",
           .clone_url_prefixes = {"https://github.com/"},
           .ca = "PEM\n"};
  Begin({});
  EXPECT_EQ(Json(Get("/api/v1/join", "")), json::parse(R"({"build_address": "ci.example.com:7103",
                            "logstream_address": "ci.example.com:7105",
                            "clone_url_prefixes": ["https://github.com/"], "ca": "PEM\n"})"));
}

TEST_F(RegistrationRoutesTest, TheApiDescribesItself) {
  const std::string answer = Get("/api/openapi.json", "");
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Header(answer, "Content-Type"), "application/json");
  EXPECT_EQ(Json(answer)["openapi"].get<std::string>().substr(0, 3), "3.1");
}

}  // namespace
}  // namespace kozmic::gateway
