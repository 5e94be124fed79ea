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

using TriggerRoutesTest = GatewayTest;

constexpr char kBuilds[] = "/api/v1/projects/1/builds";
constexpr char kMain[] = R"({"ref": "main"})";

// P8.
TEST_F(TriggerRoutesTest, ABuildOfARefIsStartedWithVariables) {
  builds_.Put(1, build::v1::STATE_ENQUEUED);
  builds_.Edit(1, 1, [](build::v1::Build& build) {
    build.set_ref("refs/heads/main");
    build.set_trigger(build::v1::TRIGGER_MANUAL);
    build.set_creator("ada");
    (*build.mutable_variables())["TARGET"] = "a \"b\"";
  });
  const std::string answer =
      Change("POST", kBuilds, R"({"ref": "main", "variables": {"TARGET": "a \"b\""}})");
  EXPECT_EQ(StatusOf(answer), 201);
  EXPECT_EQ(Json(answer), Json(Get(absl::StrCat(kBuilds, "/1"))));
  EXPECT_EQ(Json(answer)["trigger"], "manual");
  EXPECT_EQ(Json(answer)["creator"], "ada");
  EXPECT_EQ(Json(answer)["variables"], json::parse(R"({"TARGET": "a \"b\""})"));
  const auto calls = projects_.Calls("TriggerBuild");
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_TRUE(absl::StartsWith(calls[0], R"(session-7 parent: "projects/1" ref: "main" variables)"))
      << calls[0];
}

TEST_F(TriggerRoutesTest, EveryRequestHasItsOwnId) {
  builds_.Put(1, build::v1::STATE_ENQUEUED);
  EXPECT_EQ(StatusOf(Change("POST", kBuilds, kMain)), 201) << "variables may be left out";
  EXPECT_EQ(StatusOf(Change("POST", kBuilds, kMain)), 201);
  const auto calls = projects_.Calls("TriggerBuild");
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_NE(calls[0], calls[1]);
}

// Who was told of an error would ask for another build.
TEST_F(TriggerRoutesTest, ABuildThatCannotBeShownYetIsNoError) {
  builds_.Fail(absl::UnavailableError("away"));
  const std::string answer = Change("POST", kBuilds, kMain);
  EXPECT_EQ(StatusOf(answer), 201);
  EXPECT_EQ(Json(answer)["project_id"], 1);
  EXPECT_EQ(Json(answer)["number"], 1);
  EXPECT_EQ(Json(answer)["status"], "enqueued");
  EXPECT_EQ(Json(answer)["trigger"], "manual");
}

TEST_F(TriggerRoutesTest, WhyNothingIsBuiltIsTold) {
  const std::vector<std::pair<absl::Status, int>> cases = {
      {WithReason(absl::NotFoundError("GitHub knows no such ref."), "ref_not_found"), 404},
      {WithReason(absl::FailedPreconditionError("No hook is enabled."), "no_hooks"), 409},
      {WithReason(absl::FailedPreconditionError("Sign in."), "sign_in_needed"), 401},
      {WithReason(absl::UnavailableError("HTTP 502"), "github_unavailable"), 503}};
  for (const auto& [status, expected] : cases) {
    projects_.Fail(status);
    const std::string answer = Change("POST", kBuilds, kMain);
    EXPECT_EQ(StatusOf(answer), expected);
    EXPECT_EQ(Json(answer)["code"], Reason(status));
  }
  projects_.Fail(absl::OkStatus());
  const std::string empty = Change("POST", kBuilds, R"({"ref": ""})");
  EXPECT_EQ(StatusOf(empty), 422);
  EXPECT_EQ(Json(empty)["field"], "ref");
  EXPECT_EQ(StatusOf(Send("POST", kBuilds, kMain, ChangingAs("session-8"))), 403) << "a member";
  EXPECT_EQ(StatusOf(Change("POST", "/api/v1/projects/4/builds", kMain)), 404);
  EXPECT_EQ(StatusOf(Change("POST", "/api/v1/projects/01/builds", kMain)), 404);
}

// Bad input 41.
TEST_F(TriggerRoutesTest, BodiesThatAreNotAsDescribedAre400) {
  for (const char* body :
       {"{}", "[]", R"({"ref": 1})", R"({"ref": null})", R"({"ref": "main", "variables": []})",
        R"({"ref": "main", "variables": null})", R"({"ref": "main", "variables": {"A": 1}})",
        R"({"ref": "main", "variables": {"A": "x", "A": "y"}})",
        R"({"ref": "main", "variables": {"A": "\u0000"}})", R"({"ref": "main", "commit": "abc"})",
        R"({"ref": "main", "request_id": "1"})"}) {
    EXPECT_EQ(StatusOf(Change("POST", kBuilds, body)), 400) << body;
  }
  EXPECT_TRUE(projects_.Calls("TriggerBuild").empty());
}

TEST_F(TriggerRoutesTest, VariablesOfTheLargestSizeReachTheService) {
  builds_.Put(1, build::v1::STATE_ENQUEUED);
  std::string value;
  for (int i = 0; i < (64 << 10); ++i) value += "\\u0001";
  const std::string body = absl::StrCat(R"({"ref": "main", "variables": {"A": ")", value, R"("}})");
  EXPECT_EQ(StatusOf(Change("POST", kBuilds, body)), 201);
  EXPECT_EQ(StatusOf(Change("POST", kBuilds, body + std::string(64 << 10, ' '))), 413);
}

}  // namespace
}  // namespace kozmic::gateway
