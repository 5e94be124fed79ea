#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/testing/gateway_fixture.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;
using nlohmann::json;

constexpr char kFile[] = "/api/v1/projects/1/settings/file";
constexpr char kHooks[] = "/api/v1/projects/1/hooks";

class SettingsFileRoutesTest : public GatewayTest {
 protected:
  std::string Put(const std::string& query, const std::string& file,
                  const std::string& headers = ChangingAs("session-7"),
                  const std::string& type = "application/yaml") const {
    return http::Ask(port(), absl::StrCat("PUT ", kFile, query, " HTTP/1.1\r\nHost: localhost\r\n",
                                          "Content-Type: ", type, "\r\n", headers,
                                          "Content-Length: ", file.size(), "\r\n\r\n", file));
  }
  // Of those that are there, by their titles.
  std::string Titles() const {
    std::string titles;
    const json hooks = Json(Get(kHooks));
    for (const json& one : hooks["hooks"]) {
      absl::StrAppend(&titles, one["title"].get<std::string>(), " ");
    }
    return titles;
  }
  void AddHook(const std::string& title) const {
    const json hook = {{"title", title}, {"image", "debian:12"}, {"script", "make\n"}};
    ASSERT_EQ(StatusOf(Change("POST", kHooks, hook.dump())), 201);
  }
};

// P51
TEST_F(SettingsFileRoutesTest, IsLoadedAsAFile) {
  AddHook("Tests");
  ASSERT_EQ(StatusOf(Change("PUT", "/api/v1/projects/1/secrets/TOKEN", R"({"value": "horse"})")),
            200);
  ASSERT_EQ(StatusOf(Change("POST", "/api/v1/projects/1/notification_hooks",
                            R"({"url": "https://chat.example/secret-path",
                                "secret": "correct horse battery"})")),
            201);
  const std::string answer = Get(kFile);
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Header(answer, "Content-Type"), "application/yaml");
  EXPECT_TRUE(absl::StrContains(Header(answer, "Content-Disposition"), ".kozmic.yaml\""));
  EXPECT_EQ(Header(answer, "Cache-Control"), "no-store");
  const std::string file = Body(answer);
  EXPECT_TRUE(absl::StrContains(file, "  - title: Tests\n")) << file;
  EXPECT_TRUE(absl::StrContains(file, "secrets:\n  - TOKEN\n")) << file;
  EXPECT_TRUE(absl::StrContains(file, "  - https://chat.example\n")) << file;
  EXPECT_FALSE(absl::StrContains(file, "horse"));
  EXPECT_FALSE(absl::StrContains(file, "secret-path"));
  // It changes nothing where it came from.
  EXPECT_EQ(Json(Put("?remove=true", file)),
            json::parse(R"({"applied": true, "changes": [], "missing": []})"));
}

TEST_F(SettingsFileRoutesTest, IsAppliedToAProject) {
  AddHook("Tests");
  AddHook("Lint");
  const std::string file = R"(version: 1
builds: {fail_fast: true, cancel_superseded_pull_requests: true, cancel_superseded_branches: false,
  max_parallel: 3, retry_lost: false, mail: true, submodules: false, log_days: 0, log_builds: 0,
  log_failures: 0}
hooks:
  - title: Tests
    image: debian:13
    script: |
      make
  - {title: Deploy, image: debian:12, script: make deploy}
secrets: [TOKEN]
)";
  const json told = Json(Put("?dry_run=true", file));
  EXPECT_EQ(told, json::parse(R"({"applied": false, "changes": [
      {"what": "hook", "title": "Tests", "action": "changed", "fields": ["image"]},
      {"what": "hook", "title": "Deploy", "action": "added", "fields": []},
      {"what": "builds", "title": null, "action": "changed",
       "fields": ["fail_fast", "max_parallel"]}],
      "missing": ["The secret TOKEN has no value here."]})"));
  EXPECT_EQ(Titles(), "Tests Lint ") << "nothing was done";

  json done = Json(Put("", file));
  EXPECT_EQ(done["applied"], true);
  EXPECT_EQ(done["changes"], told["changes"]);
  EXPECT_EQ(Titles(), "Tests Lint Deploy ");
  EXPECT_EQ(Json(Get(kHooks))["hooks"][0]["image"], "debian:13");
  EXPECT_EQ(Json(Get("/api/v1/projects/1/settings"))["max_parallel"], 3);
  EXPECT_EQ(Json(Put("", file))["changes"], json::array()) << "it may be repeated";

  done = Json(Put("?remove=true", file));
  EXPECT_EQ(done["changes"], json::parse(R"([{"what": "hook", "title": "Lint", "action": "removed",
      "fields": []}])"));
  EXPECT_EQ(Titles(), "Tests Deploy ");
  // By a program, too.
  EXPECT_EQ(StatusOf(Put("", file, kBearer)), 200);
}

// Bad input 41.
TEST_F(SettingsFileRoutesTest, WhatIsWrongIsNamed) {
  const auto refused = [&](const std::string& file, int status, const std::string& message) {
    const std::string answer = Put("", file);
    EXPECT_EQ(StatusOf(answer), status) << answer;
    EXPECT_TRUE(absl::StrContains(Json(answer).value("message", ""), message)) << answer;
  };
  refused("version: 1\nhooks: [{title: T, image: i}]\n", 422, "the hook \"T\": script");
  refused("version: 1\nhooks: [\n", 422, "line 3");
  refused("version: 1\nnonsense: 1\n", 422, "nonsense");
  EXPECT_EQ(StatusOf(Put("?dry_run=x", "version: 1\n")), 400);
  EXPECT_EQ(StatusOf(Put("", "version: 1\n", ChangingAs("session-7"), "application/json")), 415);
  EXPECT_EQ(StatusOf(Put("", std::string(513 << 10, ' '))), 413);
}

TEST_F(SettingsFileRoutesTest, WhatTheServiceRefusesIsNamedBeforeAnythingIsDone) {
  const std::string file = R"(version: 1
hooks:
  - {title: First, image: debian:12, script: make}
  - {title: Second, image: "x; id", script: make}
)";
  for (const char* query : {"", "?dry_run=true"}) {
    const std::string answer = Put(query, file);
    EXPECT_EQ(StatusOf(answer), 422) << answer;
    EXPECT_TRUE(
        absl::StrContains(Json(answer)["message"].get<std::string>(), "the hook \"Second\""))
        << answer;
    EXPECT_EQ(Titles(), "");
  }
}

// Two who apply the same file, or one who repeats it while the first is under way.
TEST_F(SettingsFileRoutesTest, ATitleIsAskedToBeTheOnlyOne) {
  const std::string file = "version: 1\nhooks: [{title: Tests, image: i, script: make}]\n";
  EXPECT_EQ(StatusOf(Put("", file)), 200);
  const std::vector<std::string> calls = projects_.Calls("CreateHook");
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_TRUE(absl::StrContains(calls[0], "only_title: true")) << calls[0];
}

TEST_F(SettingsFileRoutesTest, WhatWasDoneBeforeAStepThatFailedStays) {
  const std::string answer = Put("", R"(version: 1
hooks:
  - {title: First, image: debian:12, script: make}
  - {title: Second, image: away, script: make}
)");
  EXPECT_EQ(StatusOf(answer), 503) << answer;
  EXPECT_EQ(Json(answer)["code"], "unfinished");
  EXPECT_TRUE(absl::StrContains(Json(answer)["message"].get<std::string>(), "1 of 2 changes"));
  EXPECT_EQ(Titles(), "First ");
}

// A title with blanks around it once made another hook each time.
TEST_F(SettingsFileRoutesTest, IsComparedWithWhatTheServiceWouldKeep) {
  const std::string file = "version: 1\nhooks: [{title: \" Tests \", image: i, script: make}]\n";
  EXPECT_EQ(Json(Put("", file))["changes"].size(), 1u);
  EXPECT_EQ(Json(Put("?remove=true", file))["changes"], json::array());
  EXPECT_EQ(Titles(), "Tests ");
}

TEST_F(SettingsFileRoutesTest, IsForThoseWhoMayConfigure) {
  EXPECT_EQ(StatusOf(Get(kFile, "")), 401);
  EXPECT_EQ(StatusOf(Put("", "version: 1\n", kCookie)), 403) << "bad input: no CSRF token";
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/404/settings/file")), 404);
  projects_.SetRole("users/7", 1, project::v1::ROLE_MEMBER);
  EXPECT_EQ(StatusOf(Get(kFile)), 403);
  EXPECT_EQ(StatusOf(Put("", "version: 1\n")), 403);
  EXPECT_EQ(StatusOf(Put("", "[")), 403) << "what others send is not even read";
}

}  // namespace
}  // namespace kozmic::gateway
