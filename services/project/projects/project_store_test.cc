// What every ProjectStore must keep, on a real PostgreSQL.

#include "services/project/projects/project_store.h"

#include "gtest/gtest.h"
#include "lib/testing/postgres.h"
#include "services/project/projects/postgres_project_store.h"

namespace kozmic::project {
namespace {

constexpr int64_t kAnn = 1;
constexpr int64_t kBob = 2;
constexpr absl::Duration kClaim = absl::Hours(1);

RepositoryFacts Facts(int64_t repository_id) {
  return {.repository_id = repository_id,
          .repository = "ann/App" + std::to_string(repository_id),
          .is_private = true,
          .url = "http://g/ann/app",
          .default_branch = "trunk"};
}

class ProjectStoreTest : public ::testing::Test {
 protected:
  int64_t Make(int64_t repository_id, int64_t owner = kAnn) {
    const auto added = store_.AddProject(Facts(repository_id), owner);
    EXPECT_TRUE(added.ok()) << added.status();
    const auto made = store_.FinishProject(
        added->project_id, {{.user_id = owner, .role = Role::kOwner, .may_admin = true}},
        absl::Hours(1));
    EXPECT_TRUE(made.ok()) << made.status();
    return added->project_id;
  }

  // Another one after every write to the project's row.
  std::string RowVersion(int64_t project) {
    std::string version;
    EXPECT_TRUE(pool_
                    .Autocommit([&](pqxx::nontransaction& tx) {
                      const pqxx::row row = tx.exec_params1(
                          "SELECT xmin::text FROM projects WHERE project_id = $1", project);
                      version = row[0].as<std::string>();
                      return absl::OkStatus();
                    })
                    .ok());
    return version;
  }

  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("project"), .size = 4}};
  PostgresProjectStore store_{pool_};
};

TEST_F(ProjectStoreTest, ItsMembersSeeAProjectOnceItIsMade) {
  const auto added = store_.AddProject(Facts(9), kAnn);
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_GT(added->create_time, absl::Now() - absl::Minutes(5));
  EXPECT_EQ(store_.GetProject(added->project_id).status().code(), absl::StatusCode::kNotFound);
  const auto made = store_.FinishProject(
      added->project_id,
      {{.user_id = kAnn, .role = Role::kOwner}, {.user_id = 3, .role = Role::kMember}},
      absl::Hours(1));
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_GT(made->sync_time, absl::Now() - absl::Minutes(5));

  const auto seen = store_.GetProjectOf(kAnn, added->project_id);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->role, Role::kOwner);
  EXPECT_EQ(seen->project.facts, Facts(9));
  EXPECT_EQ(store_.GetProjectOf(3, added->project_id)->role, Role::kMember);
  EXPECT_EQ(store_.GetProjectOf(kBob, added->project_id).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.GetProject(added->project_id)->owner_user_id, kAnn);
  EXPECT_EQ(store_.GetProject(404).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.FinishProject(added->project_id, {}, absl::Hours(1)).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ProjectStoreTest, ARepositoryHasOneProject) {
  const int64_t project = Make(9);
  EXPECT_EQ(store_.AddProject(Facts(9), kBob).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(store_.ListProjectsOf(kBob, 0, 10)->empty());
  // And another one once it is given up.
  ASSERT_TRUE(store_.BeginRemoval(project).ok());
  EXPECT_TRUE(store_.AddProject(Facts(9), kBob).ok());
}

TEST_F(ProjectStoreTest, ListsByNumberInPages) {
  std::vector<int64_t> ids;
  for (int64_t repository = 1; repository <= 5; ++repository) ids.push_back(Make(repository));
  Make(6, kBob);
  const auto first = *store_.ListProjectsOf(kAnn, 0, 3);
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[2].project.project_id, ids[2]);
  const auto second = *store_.ListProjectsOf(kAnn, ids[2], 3);
  ASSERT_EQ(second.size(), 2u);
  EXPECT_EQ(second[1].project.project_id, ids[4]);
}

TEST_F(ProjectStoreTest, IsFoundByItsNameAndByFormerOnes) {
  const int64_t project = Make(9);
  EXPECT_EQ(store_.FindProject("ANN/app9")->project_id, project);
  EXPECT_EQ(store_.FindProject("ann/app").status().code(), absl::StatusCode::kNotFound);

  RepositoryFacts renamed = Facts(9);
  renamed.repository = "ann/better";
  renamed.is_private = false;
  ASSERT_TRUE(store_.SetFacts(project, renamed).ok());
  EXPECT_EQ(store_.GetProject(project)->facts, renamed);
  EXPECT_EQ(store_.FindProject("ann/app9")->project_id, project);
  EXPECT_EQ(store_.FindProject("ann/better")->project_id, project);

  // Somebody else has the old name by now.
  RepositoryFacts taker = Facts(10);
  taker.repository = "ann/app9";
  const int64_t other = store_.AddProject(taker, kBob)->project_id;
  ASSERT_TRUE(store_.FinishProject(other, {}, absl::Hours(1)).ok());
  EXPECT_EQ(store_.FindProject("ann/app9")->project_id, other);
  // And gives it up: the former name is nobody's then.
  ASSERT_TRUE(store_.BeginRemoval(other).ok());
  EXPECT_EQ(store_.FindProject("ann/app9").status().code(), absl::StatusCode::kNotFound);

  // Renamed back.
  ASSERT_TRUE(store_.SetFacts(project, Facts(9)).ok());
  EXPECT_EQ(store_.FindProject("ann/better")->project_id, project);
  EXPECT_EQ(store_.SetFacts(404, Facts(9)).code(), absl::StatusCode::kNotFound);
}

TEST_F(ProjectStoreTest, ABadgeTokenIsMadeOnceAndReplacedAtWill) {
  const int64_t project = Make(9);
  EXPECT_EQ(*store_.BadgeToken(project, "a"), "a");
  // Everybody's browsers ask: what is there is only read.
  const std::string version = RowVersion(project);
  EXPECT_EQ(*store_.BadgeToken(project, "b"), "a");
  EXPECT_EQ(RowVersion(project), version);
  ASSERT_TRUE(store_.SetBadgeToken(project, "c", {}).ok());
  EXPECT_EQ(*store_.BadgeToken(project, "d"), "c");
  EXPECT_EQ(store_.BadgeToken(404, "x").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ProjectStoreTest, WhatIsGivenUpIsSeenByNobodyAndRemovedByOneAtATime) {
  const int64_t project = Make(9);
  EXPECT_FALSE(store_.ClaimRemoval(kClaim, kClaim)->has_value());
  ASSERT_TRUE(store_.BeginRemoval(project).ok());
  ASSERT_TRUE(store_.BeginRemoval(project).ok());
  EXPECT_EQ(store_.GetProjectOf(kAnn, project).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(store_.ListProjectsOf(kAnn, 0, 10)->empty());
  EXPECT_EQ(store_.FindProject("ann/app9").status().code(), absl::StatusCode::kNotFound);

  const auto claimed = store_.ClaimRemoval(kClaim, kClaim);
  ASSERT_TRUE(claimed.ok() && claimed->has_value()) << claimed.status();
  EXPECT_EQ((*claimed)->project.project_id, project);
  EXPECT_EQ((*claimed)->failures, 0);
  EXPECT_FALSE(store_.ClaimRemoval(kClaim, kClaim)->has_value());
  ASSERT_TRUE(store_.PutRemovalOff(project, absl::ZeroDuration(), "GitHub is away").ok());
  EXPECT_EQ((*store_.ClaimRemoval(kClaim, kClaim))->failures, 1);
  ASSERT_TRUE(store_.PutRemovalOff(project, absl::ZeroDuration(), "").ok());
  EXPECT_EQ((*store_.ClaimRemoval(kClaim, kClaim))->failures, 0);
  ASSERT_TRUE(store_.EraseProject(project).ok());
  ASSERT_TRUE(store_.EraseProject(project).ok());
  ASSERT_TRUE(store_.PutRemovalOff(project, absl::ZeroDuration(), "").ok());
  EXPECT_FALSE(store_.ClaimRemoval(kClaim, kClaim)->has_value());
}

TEST_F(ProjectStoreTest, AProjectThatIsThereCannotBeErased) {
  const int64_t project = Make(9);
  ASSERT_TRUE(store_.EraseProject(project).ok());
  EXPECT_TRUE(store_.GetProject(project).ok());
}

TEST_F(ProjectStoreTest, WhatACrashLeftInTheMakingIsRemoved) {
  const int64_t project = store_.AddProject(Facts(9), kAnn)->project_id;
  EXPECT_FALSE(store_.ClaimRemoval(kClaim, kClaim)->has_value());
  const auto claimed = store_.ClaimRemoval(kClaim, absl::ZeroDuration());
  ASSERT_TRUE(claimed->has_value());
  EXPECT_EQ((*claimed)->project.project_id, project);
  EXPECT_LT((*claimed)->age, absl::Minutes(1));
  EXPECT_EQ(store_.FinishProject(project, {}, absl::Hours(1)).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace kozmic::project
