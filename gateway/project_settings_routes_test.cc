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

using ProjectSettingsRoutesTest = GatewayTest;

constexpr char kSettings[] = "/api/v1/projects/1/settings";
constexpr char kChanged[] = R"({"fail_fast": true, "cancel_superseded_pull_requests": false,
    "cancel_superseded_branches": true, "max_parallel": 5, "retry_lost": true, "mail": false,
    "submodules": true, "log_days": 90, "log_builds": 0, "log_failures": 5})";

TEST_F(ProjectSettingsRoutesTest, SettingsAreReadAndReplaced) {
  EXPECT_EQ(Json(Get(kSettings)), json::parse(R"({"fail_fast": false,
      "cancel_superseded_pull_requests": true, "cancel_superseded_branches": false,
      "max_parallel": 0, "retry_lost": false, "mail": true, "submodules": false,
      "log_days": 0, "log_builds": 0, "log_failures": 0})"));
  const std::string answer = Change("PUT", kSettings, kChanged);
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Json(answer), json::parse(kChanged));
  EXPECT_EQ(Json(Get(kSettings)), json::parse(kChanged));
  EXPECT_EQ(
      builds_.Calls("UpdateProjectSettings"),
      (std::vector<std::string>{
          R"(session-7 settings { name: "projects/1/settings" fail_fast: true )"
          R"(cancel_superseded_branches: true max_parallel: 5 retry_lost: true submodules: true )"
          R"(log_days: 90 log_builds: 0 log_failures: 5 })"}));
}

// Bad input 41: what is replaced is said whole.
TEST_F(ProjectSettingsRoutesTest, WhatIsWrongIsNamed) {
  const json good = json::parse(kChanged);
  for (const auto& [name, value] : good.items()) {
    json less = good;
    less.erase(name);
    const std::string missing = Change("PUT", kSettings, less.dump());
    EXPECT_EQ(StatusOf(missing), 400) << name;
    EXPECT_EQ(Json(missing)["field"], name);
    json other = good;
    other[name] = "true";
    const std::string mistyped = Change("PUT", kSettings, other.dump());
    EXPECT_EQ(StatusOf(mistyped), 400) << name;
    EXPECT_EQ(Json(mistyped)["field"], name);
  }
  json more = good;
  more["name"] = "projects/2/settings";
  EXPECT_EQ(StatusOf(Change("PUT", kSettings, more.dump())), 400);
  json negative = good;
  negative["max_parallel"] = -1;
  EXPECT_EQ(StatusOf(Change("PUT", kSettings, negative.dump())), 400);
  json large = good;
  large["max_parallel"] = 1001;
  const std::string refused = Change("PUT", kSettings, large.dump());
  EXPECT_EQ(StatusOf(refused), 422);
  EXPECT_EQ(Json(refused)["field"], "max_parallel");
  EXPECT_EQ(StatusOf(Change("PUT", kSettings)), 415) << "no body, no type of one";
  EXPECT_EQ(Json(Get(kSettings))["fail_fast"], false) << "nothing was changed";
}

// Bad inputs 34 to 36.
TEST_F(ProjectSettingsRoutesTest, WhatIsNotThereOrNotForYouIsRefused) {
  for (const char* id : {"-1", "0", "01", "9223372036854775808", "1e3", "%00", "x"}) {
    const std::string path = absl::StrCat("/api/v1/projects/", id, "/settings");
    EXPECT_EQ(StatusOf(Get(path)), 404) << id;
    EXPECT_EQ(StatusOf(Change("PUT", path, kChanged)), 404) << id;
  }
  EXPECT_EQ(StatusOf(Get(kSettings, "")), 401);
  EXPECT_EQ(StatusOf(Change("POST", kSettings, kChanged)), 405);
  builds_.Fail(absl::NotFoundError("no such project"));
  EXPECT_EQ(StatusOf(Get(kSettings)), 404);
  EXPECT_EQ(StatusOf(Change("PUT", kSettings, kChanged)), 404);
  builds_.Fail(absl::PermissionDeniedError("Ask a manager of this project."));
  EXPECT_EQ(StatusOf(Change("PUT", kSettings, kChanged)), 403);
}

}  // namespace
}  // namespace kozmic::gateway
