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

using RepositoryRoutesTest = GatewayTest;

project::v1::Repository Repository(const std::string& owner, const std::string& name,
                                   bool organization) {
  project::v1::Repository repository;
  repository.set_full_name(absl::StrCat(owner, "/", name));
  repository.set_repository_id(static_cast<int64_t>(name.size()));
  repository.set_owner_login(owner);
  repository.set_owner_is_organization(organization);
  return repository;
}

// K8, K9.
TEST_F(RepositoryRoutesTest, RepositoriesAreGroupedByOwnerTheUsersOwnFirst) {
  project::v1::ListRepositoriesResponse known;
  *known.add_repositories() = Repository("Acme", "a", true);
  *known.add_repositories() = Repository("Ada", "mine", false);
  *known.add_repositories() = Repository("aaa", "b", true);
  *known.add_repositories() = Repository("Acme", "c", true);
  known.mutable_sync()->set_state(project::v1::RepositorySync::STATE_DONE);
  known.mutable_sync()->mutable_success_time()->set_seconds(1700000000);
  projects_.SetRepositories(known);
  const json page = Json(Get("/api/v1/repositories"));
  ASSERT_EQ(page["owners"].size(), 3U);
  EXPECT_EQ(page["owners"][0], json::parse(R"({"login": "Ada", "avatar_url": "",
      "organization": false, "repositories": [{"id": 4, "full_name": "Ada/mine", "name": "mine",
      "private": false, "description": "", "url": ""}]})"));
  EXPECT_EQ(page["owners"][1]["login"], "aaa");
  EXPECT_EQ(page["owners"][2]["login"], "Acme");
  EXPECT_EQ(page["owners"][2]["repositories"].size(), 2U);
  EXPECT_EQ(page["owners"][2]["repositories"][1]["name"], "c");
  EXPECT_EQ(page["sync"]["state"], "done");
  EXPECT_EQ(page["sync"]["synced_at"], "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(projects_.Calls("ListRepositories"),
            (std::vector<std::string>{"session-7 page_size: 10000"}));
}

TEST_F(RepositoryRoutesTest, WithoutRepositoriesThereIsAnEmptyList) {
  const json page = Json(Get("/api/v1/repositories"));
  EXPECT_EQ(page["owners"], json::array());
  EXPECT_EQ(page["sync"]["state"], "never");
}

// K5, K10.
TEST_F(RepositoryRoutesTest, ASyncIsBegunAndNotWaitedFor) {
  const std::string answer = Change("POST", "/api/v1/repositories/sync");
  EXPECT_EQ(StatusOf(answer), 202);
  EXPECT_EQ(Json(answer), json::parse(R"({"state": "running", "pages_done": 1, "pages_total": null,
      "repositories": 0, "started_at": null, "synced_at": null, "error": null})"));
  EXPECT_EQ(projects_.Calls("SyncRepositories"), (std::vector<std::string>{"session-7 "}));
}

TEST_F(RepositoryRoutesTest, WhyASyncFailedIsTold) {
  project::v1::ListRepositoriesResponse known;
  known.mutable_sync()->set_state(project::v1::RepositorySync::STATE_FAILED);
  known.mutable_sync()->set_error_reason("sign_in_needed");
  known.mutable_sync()->set_error("Sign in again.");
  projects_.SetRepositories(known);
  const json sync = Json(Get("/api/v1/repositories/sync"));
  EXPECT_EQ(sync["state"], "failed");
  EXPECT_EQ(sync["error"],
            json::parse(R"({"code": "sign_in_needed", "message": "Sign in again."})"));
}

}  // namespace
}  // namespace kozmic::gateway
