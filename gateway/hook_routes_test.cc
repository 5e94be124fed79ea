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

using HookRoutesTest = GatewayTest;

constexpr char kHooks[] = "/api/v1/projects/1/hooks";
constexpr char kHook[] =
    R"({"title": "<b>tests</b>", "image": "debian", "script": "#!/bin/sh\nx"})";

// K26.
TEST_F(HookRoutesTest, AHookIsCreatedReadChangedAndDeleted) {
  EXPECT_EQ(Json(Get(kHooks)), json::parse(R"({"hooks": []})"));
  const std::string created = Change("POST", kHooks, kHook);
  EXPECT_EQ(StatusOf(created), 201);
  const json expected = json::parse(R"({"id": 1, "title": "<b>tests</b>", "image": "debian",
      "script": "#!/bin/sh\nx", "install_script": "", "tracked_files": [], "enabled": true,
      "branches": [], "events": ["push", "pull_request"], "labels": [], "timeout_seconds": 3600,
      "stall_timeout_seconds": 900, "max_parallel": 0, "services": [], "created_at": null,
      "updated_at": null})");
  EXPECT_EQ(Json(created), expected) << "bad input 72: a title is data";
  const std::string one = absl::StrCat(kHooks, "/1");
  EXPECT_EQ(Json(Get(one)), expected);

  const std::string changed = Change("PUT", one, R"({"title": "t", "image": "i", "script": "s",
      "install_script": "apt", "tracked_files": ["a", "b/c"], "enabled": false,
      "branches": ["main", "release/*"], "events": ["tag"], "labels": ["gpu", "arm64"],
      "timeout_seconds": 60, "stall_timeout_seconds": 10, "max_parallel": 2,
      "services": [{"name": "db", "image": "postgres:16", "environment": {"B": "2", "A": "=\n"}},
                   {"name": "cache", "image": "redis"}]})");
  EXPECT_EQ(StatusOf(changed), 200);
  EXPECT_EQ(Json(changed)["enabled"], false);
  EXPECT_EQ(Json(changed)["tracked_files"], json({"a", "b/c"}));
  EXPECT_EQ(Json(changed)["branches"], json({"main", "release/*"}));
  EXPECT_EQ(Json(changed)["events"], json::array({"tag"}));
  EXPECT_EQ(Json(changed)["labels"], json({"gpu", "arm64"})) << "P21";
  EXPECT_EQ(Json(changed)["timeout_seconds"], 60) << "P16";
  EXPECT_EQ(Json(changed)["stall_timeout_seconds"], 10) << "K46";
  EXPECT_EQ(Json(changed)["max_parallel"], 2);
  EXPECT_EQ(Json(changed)["services"], json::parse(R"([
      {"name": "db", "image": "postgres:16", "environment": {"A": "=\n", "B": "2"}},
      {"name": "cache", "image": "redis", "environment": {}}])"))
      << "P18";
  EXPECT_EQ(Json(Get(kHooks))["hooks"][0], Json(changed));

  EXPECT_EQ(StatusOf(Change("DELETE", one)), 204);
  EXPECT_EQ(StatusOf(Change("DELETE", one)), 404);
  EXPECT_EQ(StatusOf(Get(one)), 404);
}

// K26, bad input 36: hook 1 is project 1's, also for who may see both projects.
TEST_F(HookRoutesTest, AnotherProjectsHookIs404) {
  ASSERT_EQ(StatusOf(Change("POST", kHooks, kHook)), 201);
  const std::string elsewhere = "/api/v1/projects/2/hooks/1";
  EXPECT_EQ(StatusOf(Get(elsewhere)), 404);
  EXPECT_EQ(StatusOf(Change("PUT", elsewhere, kHook)), 404);
  EXPECT_EQ(StatusOf(Change("DELETE", elsewhere)), 404);
}

// Bad input 35.
TEST_F(HookRoutesTest, IdsThatAreNoneAre404) {
  for (const char* id : {"-1", "0", "01", "9223372036854775808", "1e3", "%00", "x"}) {
    const std::string path = absl::StrCat(kHooks, "/", id);
    EXPECT_EQ(StatusOf(Get(path)), 404) << id;
    EXPECT_EQ(StatusOf(Change("PUT", path, kHook)), 404) << id;
    EXPECT_EQ(StatusOf(Change("DELETE", path)), 404) << id;
  }
}

// Bad inputs 41 and 65 to 71: what a body must look like is decided here, its content by the
// service.
TEST_F(HookRoutesTest, WhatIsWrongWithAHookIsNamed) {
  const auto refused = [&](const std::string& body, int status, const std::string& field) {
    const std::string answer = Change("POST", kHooks, body);
    EXPECT_EQ(StatusOf(answer), status) << body;
    EXPECT_EQ(Json(answer).value("field", ""), field) << body;
  };
  const auto with = [](const std::string& more) {
    return absl::StrCat(R"({"title": "t", "image": "i", "script": "s", )", more, "}");
  };
  refused(R"({"title": "t", "image": "x; id", "script": "s"})", 422, "image");
  refused(R"({"title": "t", "image": "i"})", 400, "script");
  refused(R"({"title": 1, "image": "i", "script": "s"})", 400, "title");
  refused(with(R"("enabled": "yes")"), 400, "enabled");
  refused(with(R"("tracked_files": "a")"), 400, "tracked_files");
  refused(with(R"("branches": [1])"), 400, "branches");
  refused(with(R"("events": ["push", "deploy"])"), 400, "events");
  refused(with(R"("labels": "gpu")"), 400, "labels");
  refused(with(R"("timeout_seconds": 0)"), 400, "timeout_seconds");
  refused(with(R"("timeout_seconds": "60")"), 400, "timeout_seconds");
  refused(with(R"("stall_timeout_seconds": -1)"), 400, "stall_timeout_seconds");
  refused(with(R"("stall_timeout_seconds": 4294967296)"), 400, "stall_timeout_seconds");
  refused(with(R"("max_parallel": 1.5)"), 400, "max_parallel");
  refused(with(R"("services": {})"), 400, "services");
  refused(with(R"("services": ["db"])"), 400, "services");
  refused(with(R"("services": [{"name": "db"}])"), 400, "services");
  refused(with(R"("services": [{"name": "db", "image": 1}])"), 400, "services");
  refused(with(R"("services": [{"name": "db", "image": "i", "environment": {"A": 1}}])"), 400,
          "services");
  refused(with(R"("services": [{"name": "db", "image": "i", "privileged": true}])"), 400,
          "services");
  refused(with(R"("project_id": 2)"), 400, "");
  refused(with(R"("id": 2)"), 400, "");
}

TEST_F(HookRoutesTest, ScriptsOfTheLargestSizeReachTheService) {
  // Every byte escaped; the service says whether it is too much.
  std::string script;
  for (int i = 0; i < (1 << 20); ++i) script += "\\u0001";
  const std::string body = absl::StrCat(R"({"title": "t", "image": "i", "script": ")", script,
                                        R"(", "install_script": ")", script, R"("})");
  EXPECT_EQ(StatusOf(Change("POST", kHooks, body)), 201);
  EXPECT_EQ(StatusOf(Change("POST", kHooks, body + std::string(2 << 20, ' '))), 413);
}

TEST_F(HookRoutesTest, RestoringTellsWhatBecameOfEach) {
  const std::string answer = Change("POST", absl::StrCat(kHooks, "/restore"));
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Json(answer), json::parse(R"({"hooks": [
      {"id": 1, "title": "tests", "outcome": "untouched"},
      {"id": 2, "title": "tests", "outcome": "recreated"},
      {"id": 3, "title": "tests", "outcome": "edited"}]})"));
}

}  // namespace
}  // namespace kozmic::gateway
