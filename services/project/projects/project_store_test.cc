// What every ProjectStore must keep, on a real PostgreSQL.

#include "services/project/projects/project_store.h"

#include "gtest/gtest.h"
#include "lib/testing/postgres.h"
#include "services/project/projects/postgres_project_store.h"

namespace kozmic::project {
namespace {

constexpr int64_t kAnn = 1;
constexpr int64_t kBob = 2;

ProjectRecord NewProject(int64_t repository_id, int64_t owner = kAnn) {
  return {.repository_id = repository_id,
          .repository = "ann/app" + std::to_string(repository_id),
          .is_private = true,
          .url = "http://g/ann/app",
          .owner_user_id = owner};
}

class ProjectStoreTest : public ::testing::Test {
 protected:
  int64_t AddHook(int64_t project_id, const std::string& title) {
    const int64_t hook_id = *store_.NextHookId();
    const auto hook = store_.AddHook({.hook_id = hook_id,
                                      .project_id = project_id,
                                      .title = title,
                                      .image = "debian:12",
                                      .script = "make\n"},
                                     "sealed");
    EXPECT_TRUE(hook.ok()) << hook.status();
    EXPECT_EQ(hook->hook_id, hook_id);
    return hook_id;
  }

  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("project"), .size = 4}};
  PostgresProjectStore store_{pool_};
};

TEST_F(ProjectStoreTest, ItsOwnerSeesANewProjectNobodyElse) {
  const auto created = store_.CreateProject(NewProject(9));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_GT(created->create_time, absl::Now() - absl::Minutes(5));
  const auto seen = store_.GetProjectOf(kAnn, created->project_id);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->role, Role::kOwner);
  EXPECT_EQ(seen->project.repository, "ann/app9");
  EXPECT_EQ(seen->project.repository_id, 9);
  EXPECT_TRUE(seen->project.is_private);
  EXPECT_EQ(store_.GetProjectOf(kBob, created->project_id).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.GetProject(created->project_id)->owner_user_id, kAnn);
  EXPECT_EQ(store_.GetProject(404).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ProjectStoreTest, ARepositoryHasOneProject) {
  ASSERT_TRUE(store_.CreateProject(NewProject(9)).ok());
  EXPECT_EQ(store_.CreateProject(NewProject(9, kBob)).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(store_.ListProjectsOf(kBob, 0, 10)->empty());
}

TEST_F(ProjectStoreTest, ListsByNumberInPages) {
  std::vector<int64_t> ids;
  for (int64_t repository = 1; repository <= 5; ++repository) {
    ids.push_back(store_.CreateProject(NewProject(repository))->project_id);
  }
  ASSERT_TRUE(store_.CreateProject(NewProject(6, kBob)).ok());
  const auto first = *store_.ListProjectsOf(kAnn, 0, 3);
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[2].project.project_id, ids[2]);
  const auto second = *store_.ListProjectsOf(kAnn, ids[2], 3);
  ASSERT_EQ(second.size(), 2u);
  EXPECT_EQ(second[1].project.project_id, ids[4]);
}

TEST_F(ProjectStoreTest, AHookCountsOnceGithubHasIt) {
  const int64_t project = store_.CreateProject(NewProject(9))->project_id;
  const int64_t first = AddHook(project, "first");
  const int64_t second = AddHook(project, "second");
  EXPECT_TRUE(store_.ListHooks(project)->empty());
  EXPECT_TRUE(store_.ActivateHook(second, 78).ok());
  EXPECT_TRUE(store_.ActivateHook(first, 77).ok());
  const auto hooks = *store_.ListHooks(project);
  ASSERT_EQ(hooks.size(), 2u);
  EXPECT_EQ(hooks[0].title, "first");
  EXPECT_EQ(hooks[1].script, "make\n");

  EXPECT_TRUE(store_.RemoveHook(first).ok());
  EXPECT_TRUE(store_.RemoveHook(first).ok());
  EXPECT_EQ(store_.ListHooks(project)->size(), 1u);
  EXPECT_EQ(store_.ActivateHook(first, 77).code(), absl::StatusCode::kNotFound);
}

TEST_F(ProjectStoreTest, AHookNeedsItsProject) {
  EXPECT_EQ(store_.AddHook({.hook_id = 1, .project_id = 404}, "sealed").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace kozmic::project
