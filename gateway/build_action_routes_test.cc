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

constexpr char kBuild[] = "/api/v1/projects/1/builds/1";

// Build 1 of project 1 with two jobs; every action with a body that is good.
class BuildActionRoutesTest : public GatewayTest {
 protected:
  struct Action {
    std::string path, body;
  };
  const std::vector<Action> kActions = {{"/cancel", ""},
                                        {"/restart", R"({"failed_only": true})"},
                                        {"/approve", R"({"commit": "abc"})"},
                                        {"/jobs/1/cancel", ""},
                                        {"/jobs/1/restart", ""}};

  void PutBuild(build::v1::State first, build::v1::State second) {
    build::v1::Build build;
    build.set_name("projects/1/builds/1");
    build.set_commit("abc");
    build.set_generation(1);
    build.add_jobs()->set_number(1);
    build.mutable_jobs(0)->set_state(first);
    build.add_jobs()->set_number(2);
    build.mutable_jobs(1)->set_state(second);
    builds_.Put(build);
  }
  std::string Act(const std::string& path, const std::string& body = "") const {
    return Change("POST", absl::StrCat(kBuild, path), body);
  }
};

TEST_F(BuildActionRoutesTest, ABuildIsCancelled) {
  PutBuild(build::v1::STATE_ENQUEUED, build::v1::STATE_PENDING);
  const std::string answer = Act("/cancel");
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Json(answer)["number"], 1);
  EXPECT_EQ(Json(answer)["jobs"][0]["status"], "cancelled");
  EXPECT_EQ(Json(answer)["jobs"][1]["status"], "pending");
  EXPECT_EQ(Json(answer)["jobs"][1]["cancelling"], true);
  EXPECT_EQ(builds_.Calls("CancelBuild"),
            (std::vector<std::string>{R"(session-7 name: "projects/1/builds/1")"}));
  PutBuild(build::v1::STATE_SUCCESS, build::v1::STATE_FAILURE);
  const std::string late = Act("/cancel");
  EXPECT_EQ(StatusOf(late), 409);
  EXPECT_EQ(Json(late), json::parse(R"({"code": "not_running", "message": "It has ended."})"));
}

TEST_F(BuildActionRoutesTest, AJobIsCancelled) {
  PutBuild(build::v1::STATE_ENQUEUED, build::v1::STATE_ENQUEUED);
  const std::string answer = Act("/jobs/2/cancel");
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Json(answer)["jobs"][0]["status"], "enqueued");
  EXPECT_EQ(Json(answer)["jobs"][1]["status"], "cancelled");
  const std::string late = Act("/jobs/2/cancel");
  EXPECT_EQ(StatusOf(late), 409);
  EXPECT_EQ(Json(late)["code"], "not_running");
  EXPECT_EQ(StatusOf(Act("/jobs/3/cancel")), 404);
}

// P27.
TEST_F(BuildActionRoutesTest, AllOrOnlyTheFailedJobsAreRestarted) {
  PutBuild(build::v1::STATE_SUCCESS, build::v1::STATE_FAILURE);
  const std::string failed = Act("/restart", R"({"failed_only": true})");
  EXPECT_EQ(StatusOf(failed), 200);
  EXPECT_EQ(Json(failed)["jobs"][0]["status"], "success");
  EXPECT_EQ(Json(failed)["jobs"][1]["status"], "enqueued");
  EXPECT_EQ(Json(failed)["jobs"][1]["gate"], "open");
  EXPECT_EQ(Json(failed)["generation"], 2);
  EXPECT_EQ(Json(Act("/restart", R"({"failed_only": false})"))["jobs"][0]["status"], "enqueued");
  const std::string early = Act("/restart", R"({"failed_only": false})");
  EXPECT_EQ(StatusOf(early), 409);
  EXPECT_EQ(Json(early)["code"], "not_finished");
  EXPECT_EQ(builds_.Calls("RestartBuild")[0],
            R"(session-7 name: "projects/1/builds/1" failed_only: true)");
}

// K38.
TEST_F(BuildActionRoutesTest, AJobIsRestarted) {
  PutBuild(build::v1::STATE_SUCCESS, build::v1::STATE_FAILURE);
  const std::string answer = Act("/jobs/2/restart");
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Json(answer)["jobs"][1]["status"], "enqueued");
  const std::string early = Act("/jobs/2/restart");
  EXPECT_EQ(StatusOf(early), 409);
  EXPECT_EQ(Json(early)["code"], "not_finished");
  EXPECT_EQ(StatusOf(Act("/jobs/3/restart")), 404);
  builds_.Fail(WithReason(absl::FailedPreconditionError("Its hook was removed."), "hook_gone"));
  const std::string gone = Act("/jobs/1/restart");
  EXPECT_EQ(StatusOf(gone), 409);
  EXPECT_EQ(Json(gone),
            json::parse(R"({"code": "hook_gone", "message": "Its hook was removed."})"));
}

// P4, I18: an approval is for the commit that was looked at.
TEST_F(BuildActionRoutesTest, ABuildIsApprovedForItsCommit) {
  PutBuild(build::v1::STATE_ENQUEUED, build::v1::STATE_ENQUEUED);
  const std::string good = R"({"commit": "abc"})";
  EXPECT_EQ(Json(Act("/approve", good))["code"], "not_waiting");
  builds_.Edit(1, 1, [](build::v1::Build& build) { build.mutable_approval()->set_needed(true); });
  EXPECT_EQ(Json(Get(kBuild))["approval"],
            json::parse(R"({"approver": null, "approved_at": null})"));
  const std::string other = Act("/approve", R"({"commit": "abd"})");
  EXPECT_EQ(StatusOf(other), 409);
  EXPECT_EQ(Json(other)["code"], "commit_differs");
  const std::string answer = Act("/approve", good);
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(Json(answer)["approval"],
            json::parse(R"({"approver": "ada", "approved_at": "2023-11-14T22:13:20.000Z"})"));
  EXPECT_EQ(Json(Act("/approve", good))["code"], "not_waiting");
}

// Bad input 41.
TEST_F(BuildActionRoutesTest, BodiesThatAreNotAsDescribedAre400) {
  PutBuild(build::v1::STATE_SUCCESS, build::v1::STATE_FAILURE);
  for (const char* body :
       {"{}", "[]", "{", R"({"failed_only": null})", R"({"failed_only": "true"})",
        R"({"failed_only": true, "job": 1})", R"({"failed_only": true, "failed_only": false})"}) {
    EXPECT_EQ(StatusOf(Act("/restart", body)), 400) << body;
  }
  EXPECT_EQ(Json(Act("/restart", "{}"))["field"], "failed_only");
  for (const char* body : {"{}", R"({"commit": 1})", R"({"commit": null})", R"({"commit": "a",
       "force": true})"}) {
    EXPECT_EQ(StatusOf(Act("/approve", body)), 400) << body;
  }
  EXPECT_EQ(Json(Act("/approve", "{}"))["field"], "commit");
  EXPECT_EQ(StatusOf(Act("/restart")), 415) << "no body, no type of one";
  for (const char* path : {"/cancel", "/jobs/1/cancel", "/jobs/1/restart"}) {
    EXPECT_EQ(StatusOf(Act(path, "{}")), 413) << path;
  }
  EXPECT_TRUE(builds_.Calls("RestartBuild").empty());
  EXPECT_TRUE(builds_.Calls("ApproveBuild").empty());
}

// Bad input 35.
TEST_F(BuildActionRoutesTest, IdsThatAreNoneAre404) {
  PutBuild(build::v1::STATE_PENDING, build::v1::STATE_PENDING);
  for (const char* id : {"-1", "0", "01", "9223372036854775808", "1e3", "%00", "x", "latest"}) {
    for (const Action& action : kActions) {
      const std::string other = absl::StrCat("/api/v1/projects/1/builds/", id, action.path);
      EXPECT_EQ(StatusOf(Change("POST", other, action.body)), 404) << other;
    }
    EXPECT_EQ(StatusOf(Act(absl::StrCat("/jobs/", id, "/cancel"))), 404) << id;
    EXPECT_EQ(StatusOf(Act(absl::StrCat("/jobs/", id, "/restart"))), 404) << id;
  }
  EXPECT_TRUE(builds_.Calls("CancelBuild").empty()) << "nothing of that reaches the service";
}

TEST_F(BuildActionRoutesTest, WhatTheServiceRefusesIsTold) {
  PutBuild(build::v1::STATE_PENDING, build::v1::STATE_PENDING);
  const std::vector<std::pair<absl::Status, int>> cases = {
      {absl::UnauthenticatedError("who?"), 401},
      {absl::PermissionDeniedError("Ask a manager of this project."), 403},
      {absl::NotFoundError("no such build"), 404},
      {WithReason(absl::FailedPreconditionError("Not now."), "not_now"), 409},
      {absl::InvalidArgumentError("a commit has 40 digits"), 422},
      {absl::UnavailableError("away"), 503}};
  for (const auto& [status, expected] : cases) {
    builds_.Fail(status);
    for (const Action& action : kActions) {
      const std::string answer = Act(action.path, action.body);
      EXPECT_EQ(StatusOf(answer), expected) << action.path;
      if (expected == 409) {
        EXPECT_EQ(Json(answer)["code"], "not_now") << action.path;
      }
    }
  }
}

}  // namespace
}  // namespace kozmic::gateway
