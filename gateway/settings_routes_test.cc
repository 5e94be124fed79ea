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

using SettingsRoutesTest = GatewayTest;

constexpr char kSecrets[] = "/api/v1/projects/1/secrets";

// Secrets: what is set is never told.
TEST_F(SettingsRoutesTest, ASecretIsSetListedWithoutItsValueAndDeleted) {
  const std::string path = absl::StrCat(kSecrets, "/TOKEN");
  const std::string set = Change("PUT", path, R"({"value": "hunter2"})");
  EXPECT_EQ(StatusOf(set), 200);
  EXPECT_EQ(Json(set), json::parse(R"({"name": "TOKEN", "updated_at": null, "masked": true})"));
  EXPECT_EQ(Json(Change("PUT", absl::StrCat(kSecrets, "/A"), R"({"value": "x"})"))["masked"],
            false);
  const std::string list = Get(kSecrets);
  EXPECT_EQ(Json(list)["secrets"].size(), 2U);
  EXPECT_EQ(Json(list)["secrets"][1]["name"], "TOKEN");
  EXPECT_FALSE(absl::StrContains(list, "hunter2"));
  EXPECT_EQ(StatusOf(Change("DELETE", path)), 204);
  EXPECT_EQ(StatusOf(Change("DELETE", path)), 404);
}

TEST_F(SettingsRoutesTest, ASecretsFormIsChecked) {
  const std::string path = absl::StrCat(kSecrets, "/TOKEN");
  const std::string refused = Change("PUT", path, R"({"value": ""})");
  EXPECT_EQ(StatusOf(refused), 422);
  EXPECT_EQ(Json(refused)["field"], "value");
  for (const char* body : {"{}", R"({"value": null})", R"({"value": "a\u0000b"})",
                           R"({"value": "x", "name": "OTHER"})"}) {
    EXPECT_EQ(StatusOf(Change("PUT", path, body)), 400) << body;
  }
  EXPECT_EQ(StatusOf(Change("PUT", absl::StrCat(kSecrets, "/%ff"), R"({"value": "x"})")), 404);
}

// P20: a registry's password is never told.
TEST_F(SettingsRoutesTest, ARegistrysCredentialsAreSetListedWithoutPasswordAndDeleted) {
  const std::string all = "/api/v1/projects/1/registries";
  const std::string one = all + "/registry.example.com:5000";
  const std::string set = Change("PUT", one, R"({"username": "ann", "password": "hunter2"})");
  EXPECT_EQ(StatusOf(set), 200);
  EXPECT_EQ(Json(set), json::parse(R"({"registry": "registry.example.com:5000", "username": "ann",
                                       "updated_at": null})"));
  EXPECT_EQ(projects_.Calls("SetRegistryCredential"),
            (std::vector<std::string>{
                R"(session-7 name: "projects/1/registries/registry.example.com:5000" )"
                R"(username: "ann" password: "hunter2")"}));
  const std::string encoded = all + "/%5B%3A%3A1%5D%3A5000";
  EXPECT_EQ(Json(Change("PUT", encoded, R"({"username": "u", "password": "p"})"))["registry"],
            "[::1]:5000");
  const std::string list = Get(all);
  EXPECT_EQ(Json(list)["registries"].size(), 2U);
  EXPECT_FALSE(absl::StrContains(list, "hunter2"));
  EXPECT_EQ(StatusOf(Change("DELETE", one)), 204);
  EXPECT_EQ(StatusOf(Change("DELETE", one)), 404);
  EXPECT_EQ(StatusOf(Change("DELETE", encoded)), 204);
}

// P20
TEST_F(SettingsRoutesTest, ARegistrysFormIsChecked) {
  const std::string path = "/api/v1/projects/1/registries/ghcr.io";
  const std::string refused = Change("PUT", path, R"({"username": "u", "password": ""})");
  EXPECT_EQ(StatusOf(refused), 422);
  EXPECT_EQ(Json(refused)["field"], "password");
  for (const char* body : {"{}", R"({"username": "u"})", R"({"username": null, "password": "p"})",
                           R"({"username": "u", "password": "a\u0000b"})",
                           R"({"username": "u", "password": "p", "registry": "docker.io"})"}) {
    EXPECT_EQ(StatusOf(Change("PUT", path, body)), 400) << body;
  }
}

// K12.
TEST_F(SettingsRoutesTest, ADeployKeyIsShownRestoredAndRotated) {
  const std::string path = "/api/v1/projects/2/deploy_key";
  EXPECT_EQ(Json(Get(path)), json::parse(R"({"deploy_key": {"type": "ssh-ed25519",
      "public_key": "ssh-ed25519 AAAA", "fingerprint": "", "state": "missing", "error": "",
      "created_at": null, "checked_at": null}})"));
  EXPECT_EQ(Json(Change("POST", path + "/restore"))["deploy_key"]["state"], "present");
  EXPECT_EQ(Json(Change("POST", path + "/rotate"))["deploy_key"]["public_key"], "ssh-ed25519 BBBB");
  projects_.Fail(WithReason(absl::UnavailableError("HTTP 502"), "github_unavailable"));
  EXPECT_EQ(StatusOf(Change("POST", path + "/rotate")), 503);
  // N40: GitHub's limit is passed on, in words and for machines.
  projects_.Fail(WithDetail(
      WithReason(absl::UnavailableError("GitHub asks to wait for 17 s more"), "github_unavailable"),
      "retry-after-seconds", "17"));
  const std::string limited = Change("POST", path + "/restore");
  EXPECT_EQ(StatusOf(limited), 503);
  EXPECT_EQ(Header(limited, "Retry-After"), "17");
  EXPECT_EQ(Json(limited)["message"], "GitHub asks to wait for 17 s more");
}

// K12: a public repository has none, which is not the same as no project.
TEST_F(SettingsRoutesTest, AProjectThatNeedsNoDeployKeyHasNone) {
  for (const std::string& answer : {Get("/api/v1/projects/1/deploy_key"),
                                    Change("POST", "/api/v1/projects/1/deploy_key/restore"),
                                    Change("POST", "/api/v1/projects/1/deploy_key/rotate")}) {
    EXPECT_EQ(StatusOf(answer), 200);
    EXPECT_EQ(Json(answer), json::parse(R"({"deploy_key": null})"));
  }
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/4/deploy_key")), 404);
}

// K67.
TEST_F(SettingsRoutesTest, ABadgesPageHasUrlTokenAndBranch) {
  EXPECT_EQ(Json(Get("/api/v1/projects/1/badge")),
            json::parse(R"({"url": "http://ci.example.com/badges/octo/repo-1", "token": null,
                            "default_branch": "main"})"));
  EXPECT_EQ(Json(Get("/api/v1/projects/2/badge"))["token"], "token-1");
  EXPECT_EQ(Json(Change("POST", "/api/v1/projects/2/badge/reset"))["token"], "token-2");
}

}  // namespace
}  // namespace kozmic::gateway
