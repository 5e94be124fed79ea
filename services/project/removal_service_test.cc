// Projects that are given up: gone at once, cleaned away in the background.

#include "gmock/gmock.h"
#include "services/project/github_service_test.h"

namespace kozmic::project {
namespace {

class RemovalServiceTest : public GithubServiceTest {
 protected:
  absl::Status Delete(const std::string& project, const std::string& typed = "octo/hello",
                      int64_t user = kAnn) {
    v1::DeleteProjectRequest request;
    request.set_name(project);
    request.set_repository(typed);
    return Ask(&Stub::DeleteProject, request, Session(user)).status();
  }
  bool IsEverythingGone() {
    return WaitFor([&] {
      absl::MutexLock lock(&mutex);
      return hooks.empty() && keys.empty() && CountRows("projects") == 0;
    });
  }
};

TEST_F(RemovalServiceTest, K13TheOwnerDeletesAProjectWithEverythingItHas) {
  is_private = true;
  const std::string project = MakeProject();
  ASSERT_TRUE(CreateHook(project).ok());
  ASSERT_TRUE(CreateHook(project).ok());
  const int64_t hook = Number(CreateHook(project)->name());
  {
    absl::MutexLock lock(&mutex);
    hooks[1] = {{"id", 1},
                {"active", true},
                {"events", {"push"}},
                {"config", {{"url", "http://somebody-elses/"}, {"content_type", "json"}}}};
  }
  ASSERT_TRUE(Delete(project).ok());
  // At once, for everyone and for GitHub's deliveries.
  EXPECT_EQ(Get(project).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Delete(project).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(parts_.deliveries.GetHookKey(hook).status().code(), absl::StatusCode::kNotFound);

  EXPECT_TRUE(WaitFor([&] { return CountRows("projects") == 0; }));
  absl::MutexLock lock(&mutex);
  EXPECT_EQ(hooks.size(), 1u);
  EXPECT_EQ(hooks.count(1), 1u);
  EXPECT_TRUE(keys.empty());
  // Until nothing was left, and once more after the runners have heard of it.
  EXPECT_GE(build_.Removals().size(), 3u);
  EXPECT_EQ(build_.Removals()[0], project);
  EXPECT_EQ(CountRows("hooks"), 0);
  EXPECT_EQ(CountRows("members"), 0);
}

TEST_F(RemovalServiceTest, K13TheNameMustBeTypedAndTheServerChecks) {
  const std::string project = MakeProject();
  for (const std::string typed : {"", "hello", "octo/hello2", "octo/hell"}) {
    const absl::Status refused = Delete(project, typed);
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << typed;
    EXPECT_EQ(Detail(refused, "field"), "repository");
  }
  EXPECT_TRUE(Get(project).ok());
  EXPECT_TRUE(Delete(project, " Octo/Hello ").ok());
}

TEST_F(RemovalServiceTest, K13OnlyTheOwnerMay) {
  const std::string project = MakeProject();
  AddMember(Number(project), kBob, Role::kManager);
  EXPECT_EQ(Delete(project, "octo/hello", kBob).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Delete(project, "octo/hello", kEve).code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(Get(project).ok());
}

TEST_F(RemovalServiceTest, K13WhatIsMissingAtGithubIsDeletedAlready) {
  is_private = true;
  const std::string project = MakeProject();
  ASSERT_TRUE(CreateHook(project).ok());
  {
    absl::MutexLock lock(&mutex);
    hooks.clear();
    keys.clear();
  }
  ASSERT_TRUE(Delete(project).ok());
  EXPECT_TRUE(IsEverythingGone());
}

TEST_F(RemovalServiceTest, BadInput43GithubIsCleanedWithRetriesAndNothingIsLeftHalf) {
  is_private = true;
  const std::string project = MakeProject();
  ASSERT_TRUE(CreateHook(project).ok());
  for (const int status : {502, 404, 401}) {
    repository_status = status;
    if (status == 502) {
      ASSERT_TRUE(Delete(project).ok());
    }
    // Tried and tried again.
    ASSERT_TRUE(WaitFor([&] {
      return CountRows("projects WHERE state = 3 AND failures > 0 AND sync_error <> ''") == 1;
    })) << status;
    absl::MutexLock lock(&mutex);
    EXPECT_EQ(hooks.size(), 1u) << status;
  }
  // A refused token is good again when its owner signs in.
  auth_.SetGithubToken(kAnn, "good again");
  repository_status = 200;
  EXPECT_TRUE(IsEverythingGone());
}

TEST_F(RemovalServiceTest, ARepositoryWhoseProjectIsBeingRemovedCanHaveAnother) {
  const std::string project = MakeProject();
  ASSERT_TRUE(CreateHook(project).ok());
  {
    absl::MutexLock lock(&mutex);
    hooks_status = 502;
  }
  ASSERT_TRUE(Delete(project).ok());
  const std::string next = MakeProject();
  EXPECT_NE(next, project);
  {
    absl::MutexLock lock(&mutex);
    hooks_status = 200;
  }
  ASSERT_TRUE(CreateHook(next).ok());
  EXPECT_TRUE(WaitFor([&] { return CountRows("projects") == 1; }));
  // The new project's webhook is none of the old one's.
  absl::MutexLock lock(&mutex);
  EXPECT_EQ(hooks.size(), 1u);
}

TEST_F(RemovalServiceTest, WhatACrashLeftInTheMakingIsCleanedAway) {
  is_private = true;
  const auto half = parts_.projects.AddProject(
      {.repository_id = 9, .repository = "octo/hello", .is_private = true}, kAnn);
  ASSERT_TRUE(half.ok()) << half.status();
  const auto key = parts_.keys.Ensure(*half);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(Reason(Create().status()), "project_exists");
  ASSERT_TRUE(pool_
                  .Autocommit([](pqxx::nontransaction& tx) {
                    tx.exec0("UPDATE projects SET state_time = now() - interval '1 hour'");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_TRUE(IsEverythingGone());
  EXPECT_TRUE(Create().ok());
}

}  // namespace
}  // namespace kozmic::project
