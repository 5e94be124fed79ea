#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/testing/fake_caller.h"
#include "gateway/testing/gateway_fixture.h"
#include "lib/rpc/service_token.h"
#include "lib/status/annotate.h"

namespace kozmic::gateway {
namespace {

using http::StatusOf;
using nlohmann::json;

using ProjectRoutesTest = GatewayTest;

build::v1::Build BuildOf(int64_t project, int64_t created) {
  build::v1::Build build;
  build.set_name(absl::StrCat("projects/", project, "/builds/1"));
  build.set_state(build::v1::STATE_SUCCESS);
  build.set_message("Fix it\n\nAt length.");
  build.mutable_create_time()->set_seconds(created);
  build.add_jobs()->set_number(1);
  return build;
}

// K14, K15.
TEST_F(ProjectRoutesTest, ProjectsAreListedLatestBuiltFirst) {
  builds_.Put(BuildOf(1, 1000));
  builds_.Put(BuildOf(2, 2000));
  const json projects = Json(Get("/api/v1/projects"))["projects"];
  ASSERT_EQ(projects.size(), 3U);
  EXPECT_EQ(projects[0]["id"], 2);
  EXPECT_EQ(projects[0]["role"], "owner");
  EXPECT_EQ(projects[1]["id"], 1);
  EXPECT_EQ(projects[1]["role"], "manager");
  EXPECT_EQ(projects[1]["default_branch"], "main");
  EXPECT_EQ(projects[2]["id"], 3);
  EXPECT_EQ(projects[2]["latest_build"], nullptr);
  EXPECT_EQ(Json(Get("/api/v1/projects", CookieOf("session-8")))["projects"].size(), 1U);
}

TEST_F(ProjectRoutesTest, AnOverviewHasOnlyTheFirstLineOfAMessageAndNoJobs) {
  builds_.Put(BuildOf(1, 1000));
  const json listed = Json(Get("/api/v1/projects"))["projects"][0]["latest_build"];
  EXPECT_EQ(listed["message"], "Fix it");
  EXPECT_EQ(listed["jobs"], json::array());
  const json shown = Json(Get("/api/v1/projects/1"))["latest_build"];
  EXPECT_EQ(shown["message"], "Fix it\n\nAt length.");
  EXPECT_EQ(shown["jobs"].size(), 1U);
}

// That the user may see the projects was just said; BuildService need not ask it again of each.
TEST_F(ProjectRoutesTest, BuildsOfTheListAreAskedForInTheGatewaysName) {
  Get("/api/v1/projects");
  EXPECT_EQ(builds_.last_bearer(), ServiceToken(kTestServiceKey, "gateway"));
  EXPECT_EQ(projects_.Calls("ListProjects"),
            (std::vector<std::string>{"session-7 page_size: 1000"}));
}

TEST_F(ProjectRoutesTest, MoreThanAPageOfProjectsIsListedWhole) {
  for (int64_t id = 4; id <= 1500; ++id) projects_.AddProject(id, project::v1::ROLE_MEMBER);
  builds_.Put(BuildOf(1400, 1000));
  const json projects = Json(Get("/api/v1/projects"))["projects"];
  EXPECT_EQ(projects.size(), 1500U);
  EXPECT_EQ(projects[0]["id"], 1400);
}

TEST_F(ProjectRoutesTest, WithoutBuildServiceThePageIs503) {
  builds_.Fail(absl::UnavailableError("away"));
  const std::string answer = Get("/api/v1/projects");
  EXPECT_EQ(StatusOf(answer), 503);
  EXPECT_EQ(Header(answer, "Retry-After"), "1");
}

// Bad inputs 35 and 36.
TEST_F(ProjectRoutesTest, AnothersProjectIs404WhateverIsAskedOfIt) {
  for (const char* project :
       {"2", "4", "-1", "0", "01", "9223372036854775808", "1e3", "%00", "x"}) {
    const std::string root = absl::StrCat("/api/v1/projects/", project);
    for (const char* path : {"", "/members", "/hooks", "/hooks/1", "/secrets", "/registries",
                             "/deploy_key", "/badge", "/deliveries", "/deliveries/1"}) {
      EXPECT_EQ(StatusOf(Get(root + path, CookieOf("session-8"))), 404) << root << path;
    }
    const auto change = [&](const std::string& method, const std::string& path,
                            const std::string& body) {
      return StatusOf(Send(method, root + path, body, ChangingAs("session-8")));
    };
    const std::string hook = R"({"title": "t", "image": "i", "script": "s"})";
    EXPECT_EQ(change("DELETE", "", R"({"repository": "octo/repo-2"})"), 404) << project;
    EXPECT_EQ(change("POST", "/members/sync", ""), 404) << project;
    EXPECT_EQ(change("POST", "/hooks", hook), 404) << project;
    EXPECT_EQ(change("PUT", "/hooks/1", hook), 404) << project;
    EXPECT_EQ(change("DELETE", "/hooks/1", ""), 404) << project;
    EXPECT_EQ(change("POST", "/hooks/restore", ""), 404) << project;
    EXPECT_EQ(change("PUT", "/secrets/A", R"({"value": "x"})"), 404) << project;
    EXPECT_EQ(change("DELETE", "/secrets/A", ""), 404) << project;
    EXPECT_EQ(change("PUT", "/registries/r.io", R"({"username": "u", "password": "p"})"), 404)
        << project;
    EXPECT_EQ(change("DELETE", "/registries/r.io", ""), 404) << project;
    EXPECT_EQ(change("POST", "/deploy_key/restore", ""), 404) << project;
    EXPECT_EQ(change("POST", "/deploy_key/rotate", ""), 404) << project;
    EXPECT_EQ(change("POST", "/badge/reset", ""), 404) << project;
    EXPECT_EQ(change("POST", "/builds", R"({"ref": "main"})"), 404) << project;
  }
}

// K15, K18: users/8 is a member of project 1; the service says what that is not enough for.
TEST_F(ProjectRoutesTest, AMemberWhoChangesSomethingIs403) {
  const auto change = [&](const std::string& method, const std::string& path,
                          const std::string& body) {
    return Send(method, "/api/v1/projects/1" + path, body, ChangingAs("session-8"));
  };
  const std::string hook = R"({"title": "t", "image": "i", "script": "s"})";
  for (const std::string& answer :
       {change("DELETE", "", R"({"repository": "octo/repo-1"})"),
        change("POST", "/members/sync", ""), change("POST", "/hooks", hook),
        change("PUT", "/hooks/1", hook), change("DELETE", "/hooks/1", ""),
        change("POST", "/hooks/restore", ""), change("PUT", "/secrets/A", R"({"value": "x"})"),
        change("DELETE", "/secrets/A", ""), change("POST", "/deploy_key/restore", ""),
        change("POST", "/deploy_key/rotate", ""), change("POST", "/badge/reset", ""),
        change("POST", "/builds", R"({"ref": "main"})"),
        change("PUT", "/registries/r.io", R"({"username": "u", "password": "p"})"),
        change("DELETE", "/registries/r.io", ""),
        Get("/api/v1/projects/1/secrets", CookieOf("session-8")),
        Get("/api/v1/projects/1/registries", CookieOf("session-8")),
        Get("/api/v1/projects/1/deploy_key", CookieOf("session-8"))}) {
    EXPECT_EQ(StatusOf(answer), 403);
    EXPECT_EQ(Json(answer), json::parse(R"({"code": "permission_denied",
                                            "message": "Ask a manager of this project."})"));
  }
  EXPECT_EQ(StatusOf(Get("/api/v1/projects/1/members", CookieOf("session-8"))), 200);
}

// K11.
TEST_F(ProjectRoutesTest, AProjectIsCreatedFromARepository) {
  const std::string answer = Change("POST", "/api/v1/projects", R"({"repository": "octo/new"})");
  EXPECT_EQ(StatusOf(answer), 201);
  EXPECT_EQ(Json(answer)["repository"], "octo/new");
  EXPECT_EQ(Json(answer)["latest_build"], nullptr);
  EXPECT_EQ(projects_.Calls("CreateProject"),
            (std::vector<std::string>{R"(session-7 repository: "octo/new")"}));
}

// K11: "Sorry, failed to create a project" has become why.
TEST_F(ProjectRoutesTest, WhyAProjectIsNotCreatedIsTold) {
  const std::vector<std::pair<absl::Status, int>> cases = {
      {WithReason(absl::NotFoundError("No such repository."), "repository_not_found"), 404},
      {WithReason(absl::PermissionDeniedError("Not an admin."), "admin_needed"), 403},
      {WithReason(absl::AlreadyExistsError("It exists."), "project_exists"), 409},
      {WithReason(absl::FailedPreconditionError("Sign in."), "sign_in_needed"), 401},
      {WithReason(absl::UnavailableError("HTTP 502"), "github_unavailable"), 503}};
  for (const auto& [status, expected] : cases) {
    projects_.Fail(status);
    const std::string answer = Change("POST", "/api/v1/projects", R"({"repository": "a/b"})");
    EXPECT_EQ(StatusOf(answer), expected);
    EXPECT_EQ(Json(answer)["code"], Reason(status));
    EXPECT_EQ(Json(answer)["message"], expected == 503
                                           ? "GitHub does not answer. Try again in a moment."
                                           : std::string(status.message()));
  }
}

// Bad input 41.
TEST_F(ProjectRoutesTest, CreatingTakesKnownFieldsOnly) {
  for (const char* body :
       {"{}", "[]", R"({"repository": 1})", R"({"repository": "a/b", "project_id": "2"})"}) {
    EXPECT_EQ(StatusOf(Change("POST", "/api/v1/projects", body)), 400) << body;
  }
  EXPECT_EQ(StatusOf(Change("POST", "/api/v1/projects")), 415) << "no body, no type of one";
  EXPECT_TRUE(projects_.Calls("CreateProject").empty());
}

// K13, bad input 43.
TEST_F(ProjectRoutesTest, TheOwnerDeletesAProjectByItsName) {
  const auto remove = [&](int project, const std::string& body) {
    return Change("DELETE", absl::StrCat("/api/v1/projects/", project), body);
  };
  EXPECT_EQ(StatusOf(remove(2, R"({"repository": "octo/repo-2"})")), 202);
  EXPECT_EQ(
      projects_.Calls("DeleteProject"),
      (std::vector<std::string>{R"(session-7 name: "projects/2" repository: "octo/repo-2")"}));
  const std::string wrong = remove(2, R"({"repository": "octo/repo"})");
  EXPECT_EQ(StatusOf(wrong), 422);
  EXPECT_EQ(Json(wrong)["field"], "repository");
  EXPECT_EQ(StatusOf(remove(2, "{}")), 400);
  EXPECT_EQ(StatusOf(remove(1, R"({"repository": "octo/repo-1"})")), 403) << "a manager only";
}

// K16, K17.
TEST_F(ProjectRoutesTest, MembersAreListedAndSynced) {
  const json members = Json(Get("/api/v1/projects/1/members"));
  ASSERT_EQ(members["members"].size(), 2U);
  EXPECT_EQ(members["members"][0], json::parse(R"({"role": "manager",
      "user": {"id": 7, "login": "ada", "name": "", "avatar_url": ""}})"));
  EXPECT_EQ(members["synced_at"], nullptr);
  EXPECT_EQ(members["sync_error"], "GitHub did not answer.");
  const std::string synced = Change("POST", "/api/v1/projects/1/members/sync");
  EXPECT_EQ(StatusOf(synced), 200);
  EXPECT_EQ(Json(synced)["synced_at"], "2023-11-14T22:13:20.000Z");
  projects_.Fail(WithReason(absl::UnavailableError("HTTP 502"), "github_unavailable"));
  EXPECT_EQ(Json(Change("POST", "/api/v1/projects/1/members/sync"))["code"], "github_unavailable");
}

}  // namespace
}  // namespace kozmic::gateway
