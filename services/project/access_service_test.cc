// Who belongs to a project and what a user may make one of, as GitHub says, over gRPC.

#include "gmock/gmock.h"
#include "services/project/github_service_test.h"

namespace kozmic::project {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Sync = v1::RepositorySync;

class AccessServiceTest : public GithubServiceTest {
 protected:
  void Collaborators(const std::map<int64_t, std::string>& now) {
    absl::MutexLock lock(&mutex);
    collaborators = now;
  }
  void Pages(const std::vector<nlohmann::json>& now) {
    absl::MutexLock lock(&mutex);
    pages = now;
  }

  absl::StatusOr<v1::ListMembersResponse> SyncMembers(const std::string& project,
                                                      int64_t user = kAnn) {
    v1::SyncMembersRequest request;
    request.set_parent(project);
    return Ask(&Stub::SyncMembers, request, Session(user));
  }
  absl::StatusOr<v1::ListMembersResponse> ListMembers(const std::string& project,
                                                      int64_t user = kAnn) {
    v1::ListMembersRequest request;
    request.set_parent(project);
    return Ask(&Stub::ListMembers, request, Session(user));
  }
  // "ann 3, bob 1"
  static std::vector<std::string> Said(const absl::StatusOr<v1::ListMembersResponse>& list) {
    std::vector<std::string> said;
    if (!list.ok()) return {std::string(list.status().message())};
    for (const v1::Member& member : list->members()) {
      said.push_back(absl::StrCat(member.login(), " ", member.role()));
    }
    return said;
  }

  absl::StatusOr<v1::RepositorySync> SyncRepositories(int64_t user = kAnn, int wait = 10) {
    v1::SyncRepositoriesRequest request;
    request.set_wait_seconds(wait);
    return Ask(&Stub::SyncRepositories, request, Session(user));
  }
  std::vector<std::string> Repositories(int64_t user = kAnn, int page_size = 0) {
    std::vector<std::string> names;
    v1::ListRepositoriesRequest request;
    request.set_page_size(page_size);
    do {
      const auto page = Ask(&Stub::ListRepositories, request, Session(user));
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const auto& one : page->repositories()) names.push_back(one.full_name());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  }
};

TEST_F(AccessServiceTest, K11AProjectBeginsWithTheMembersThatGithubNames) {
  Collaborators({{101, "admin"}, {102, "push"}, {103, "triage"}, {999, "admin"}});
  const std::string project = MakeProject();
  EXPECT_EQ(RoleOf(kAnn, project), v1::ROLE_OWNER);
  EXPECT_EQ(RoleOf(kBob, project), v1::ROLE_MANAGER);
  EXPECT_EQ(RoleOf(kEve, project), v1::ROLE_MEMBER);
  // Owner first; only who has signed in counts (K16).
  EXPECT_THAT(Said(ListMembers(project, kEve)), ElementsAre("ann 3", "Bob 2", "eve 1"));
  EXPECT_GT(Get(project)->sync_time().seconds(), 0);
}

TEST_F(AccessServiceTest, K11AnErrorOfGithubsLeavesNoProject) {
  {
    absl::MutexLock lock(&mutex);
    collaborators_status = 502;
  }
  EXPECT_EQ(Reason(Create().status()), "github_unavailable");
  EXPECT_TRUE(WaitFor([&] { return CountRows("projects") == 0; }));
  {
    absl::MutexLock lock(&mutex);
    collaborators_status = 200;
  }
  EXPECT_TRUE(Create().ok());
}

TEST_F(AccessServiceTest, K17AManagerSyncsTheMembers) {
  const std::string project = MakeProject();
  EXPECT_EQ(RoleOf(kBob, project), v1::ROLE_UNSPECIFIED);
  Collaborators({{101, "admin"}, {102, "maintain"}, {103, "pull"}});
  EXPECT_THAT(Said(SyncMembers(project)), ElementsAre("ann 3", "Bob 2", "eve 1"));
  EXPECT_EQ(SyncMembers(project, kEve).status().code(), absl::StatusCode::kPermissionDenied);
  // Bob is demoted, Eve removed.
  Collaborators({{101, "admin"}, {102, "pull"}});
  EXPECT_THAT(Said(SyncMembers(project)), ElementsAre("ann 3", "Bob 1"));
  EXPECT_EQ(Get(project, kEve).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(AccessServiceTest, K17AnErrorOfGithubsChangesNoMemberAndIsTold) {
  Collaborators({{101, "admin"}, {102, "pull"}});
  const std::string project = MakeProject();
  Collaborators({{101, "admin"}});
  {
    absl::MutexLock lock(&mutex);
    collaborators_status = 500;
  }
  EXPECT_EQ(Reason(SyncMembers(project).status()), "github_unavailable");
  EXPECT_THAT(Said(ListMembers(project)), ElementsAre("ann 3", "Bob 1"));
  EXPECT_NE(Get(project)->sync_error(), "");
  // It is tried again by itself.
  {
    absl::MutexLock lock(&mutex);
    collaborators_status = 200;
  }
  EXPECT_TRUE(WaitFor([&] { return RoleOf(kBob, project) == v1::ROLE_UNSPECIFIED; }));
  EXPECT_EQ(Get(project)->sync_error(), "");
}

TEST_F(AccessServiceTest, TheOwnersLeavingPassesTheProjectOn) {
  Collaborators({{101, "admin"}, {102, "admin"}, {103, "push"}});
  const std::string project = MakeProject();
  Collaborators({{102, "admin"}, {103, "push"}});
  // Ann's sign-in is good no more: Bob's does.
  auth_.SetGithubToken(kAnn, "bad");
  EXPECT_THAT(Said(SyncMembers(project, kBob)), ElementsAre("Bob 3", "eve 2"));
  EXPECT_EQ(Get(project, kAnn).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(AccessServiceTest, ARefusedTokenIsReportedAndSomeoneElseActs) {
  Collaborators({{101, "admin"}, {102, "admin"}});
  const std::string project = MakeProject();
  auth_.SetGithubToken(kAnn, "bad");
  EXPECT_TRUE(SyncMembers(project).ok());
  EXPECT_TRUE(auth_.IsRefused(kAnn));
  auth_.SetGithubToken(kBob, "bad too");
  EXPECT_EQ(Reason(SyncMembers(project).status()), "sign_in_needed");
}

TEST_F(AccessServiceTest, P53ARenamedRepositoryIsFollowed) {
  const std::string project = MakeProject();
  {
    absl::MutexLock lock(&mutex);
    full_name = "octo/world";
  }
  ASSERT_TRUE(SyncMembers(project).ok());
  EXPECT_EQ(Get(project)->repository(), "octo/world");
  EXPECT_EQ(Get(project)->url(), "http://g/octo/world");
}

TEST_F(AccessServiceTest, P53ARepositoryThatTookTheNameIsNotTheProjects) {
  const std::string project = MakeProject();
  repository_id = 77;
  EXPECT_EQ(Reason(SyncMembers(project).status()), "repository_not_found");
  EXPECT_EQ(Get(project)->repository_id(), 9);
  // But the user's own list says what it is called now.
  Pages({nlohmann::json::array({Repository(9, "octo/moved", "admin")})});
  ASSERT_TRUE(SyncRepositories().ok());
  EXPECT_EQ(Get(project)->repository(), "octo/moved");
}

TEST_F(AccessServiceTest, AWebhookAboutAccessHasGithubAsked) {
  Collaborators({{101, "admin"}, {102, "pull"}});
  const std::string project = MakeProject();
  const int64_t hook = AddHook(Number(project), 77, "s3cret");
  Collaborators({{101, "admin"}});
  v1::Webhook webhook;
  webhook.set_hook_id(hook);
  webhook.add_event("member");
  webhook.add_delivery("guid-1");
  // What it says of anyone's rights is not believed.
  webhook.set_body(R"({"action":"added","repository":{"id":9},"member":{"id":103}})");
  webhook.add_signature(Sign("s3cret", webhook.body()));
  const auto accepted = Accept(webhook);
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_EQ(*accepted, v1::AcceptWebhooksResponse::DISPOSITION_ACCEPTED);
  EXPECT_TRUE(WaitFor([&] { return RoleOf(kBob, project) == v1::ROLE_UNSPECIFIED; }));
  EXPECT_EQ(RoleOf(kEve, project), v1::ROLE_UNSPECIFIED);
  EXPECT_EQ(WaitForSettled(1), 5);
}

TEST_F(AccessServiceTest, ADeletedRepositorysProjectStaysForItsMembers) {
  Collaborators({{101, "admin"}, {102, "pull"}});
  const std::string project = MakeProject();
  const int64_t hook = AddHook(Number(project), 77, "s3cret");
  v1::Webhook webhook;
  webhook.set_hook_id(hook);
  webhook.add_event("repository");
  webhook.add_delivery("guid-1");
  webhook.set_body(R"({"action":"deleted","repository":{"id":9}})");
  webhook.add_signature(Sign("s3cret", webhook.body()));
  ASSERT_TRUE(Accept(webhook).ok());
  EXPECT_EQ(WaitForSettled(1), 5);
  repository_status = 404;
  Pages({});
  ASSERT_TRUE(SyncRepositories(kBob).ok());
  EXPECT_EQ(RoleOf(kBob, project), v1::ROLE_MEMBER);
  EXPECT_EQ(Get(project)->sync_error(), "The repository was deleted at GitHub.");
}

TEST_F(AccessServiceTest, K9ListsWhatAUserAdministratesAndNobodyHasAProjectOf) {
  MakeProject();
  Pages({nlohmann::json::array(
             {Repository(9, "octo/hello", "admin"), Repository(10, "octo/Zoo", "admin", true)}),
         nlohmann::json::array(
             {Repository(11, "acme/app", "admin"), Repository(12, "acme/lib", "push")})});
  EXPECT_THAT(Repositories(), IsEmpty());
  const auto synced = SyncRepositories();
  ASSERT_TRUE(synced.ok()) << synced.status();
  EXPECT_EQ(synced->state(), Sync::STATE_DONE);
  EXPECT_EQ(synced->repositories(), 3);
  EXPECT_GT(synced->success_time().seconds(), 0);
  EXPECT_THAT(Repositories(), ElementsAre("acme/app", "octo/Zoo"));
  EXPECT_THAT(Repositories(kAnn, 1), ElementsAre("acme/app", "octo/Zoo"));
  EXPECT_THAT(Repositories(kBob), IsEmpty());
}

TEST_F(AccessServiceTest, K10ASecondSyncOfAnUnchangedListCostsNothing) {
  Pages({nlohmann::json::array({Repository(10, "octo/a", "admin")}),
         nlohmann::json::array({Repository(11, "octo/b", "admin")})});
  ASSERT_EQ(SyncRepositories()->state(), Sync::STATE_DONE);
  {
    absl::MutexLock lock(&mutex);
    EXPECT_EQ(pages_told, 2);
  }
  ASSERT_EQ(SyncRepositories()->state(), Sync::STATE_DONE);
  {
    absl::MutexLock lock(&mutex);
    EXPECT_EQ(pages_told, 2);
    EXPECT_EQ(pages_unmodified, 2);
  }
  EXPECT_THAT(Repositories(), ElementsAre("octo/a", "octo/b"));
  Pages({nlohmann::json::array({Repository(11, "octo/b", "admin")})});
  ASSERT_EQ(SyncRepositories()->state(), Sync::STATE_DONE);
  EXPECT_THAT(Repositories(), ElementsAre("octo/b"));
}

TEST_F(AccessServiceTest, K5AUsersSyncRebuildsTheirMemberships) {
  const std::string project = MakeProject();
  Pages({nlohmann::json::array({Repository(9, "octo/hello", "push")})});
  ASSERT_TRUE(SyncRepositories(kBob).ok());
  EXPECT_EQ(RoleOf(kBob, project), v1::ROLE_MANAGER);
  // N13: removed at GitHub, gone here with the next sync.
  Pages({});
  ASSERT_TRUE(SyncRepositories(kBob).ok());
  EXPECT_EQ(RoleOf(kBob, project), v1::ROLE_UNSPECIFIED);
  EXPECT_EQ(RoleOf(kAnn, project), v1::ROLE_OWNER);
}

TEST_F(AccessServiceTest, K5AnErrorOfGithubsChangesNothingAndIsTold) {
  const std::string project = MakeProject();
  Pages({nlohmann::json::array({Repository(9, "octo/hello", "pull")})});
  ASSERT_TRUE(SyncRepositories(kBob).ok());
  Pages({});
  {
    absl::MutexLock lock(&mutex);
    listing_status = 403;
  }
  const auto failed = SyncRepositories(kBob);
  ASSERT_TRUE(failed.ok()) << failed.status();
  EXPECT_EQ(failed->state(), Sync::STATE_FAILED);
  EXPECT_EQ(failed->error_reason(), "github_refused");
  EXPECT_EQ(RoleOf(kBob, project), v1::ROLE_MEMBER);

  auth_.SetGithubToken(kBob, "bad");
  EXPECT_EQ(SyncRepositories(kBob)->error_reason(), "sign_in_needed");
  EXPECT_TRUE(auth_.IsRefused(kBob));
  EXPECT_EQ(RoleOf(kBob, project), v1::ROLE_MEMBER);
}

TEST_F(AccessServiceTest, WhoDoesNotWaitIsToldThatItRuns) {
  const auto begun = SyncRepositories(kAnn, 0);
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_NE(begun->state(), Sync::STATE_NEVER);
  EXPECT_EQ(SyncRepositories(kAnn, 11).status().code(), absl::StatusCode::kInvalidArgument);
  v1::GetRepositorySyncRequest request;
  EXPECT_TRUE(WaitFor([&] {
    return Ask(&Stub::GetRepositorySync, request, Session(kAnn))->state() == Sync::STATE_DONE;
  }));
  EXPECT_EQ(Ask(&Stub::GetRepositorySync, request, Session(kBob))->state(), Sync::STATE_NEVER);
  EXPECT_EQ(Ask(&Stub::GetRepositorySync, request, "").status().code(),
            absl::StatusCode::kUnauthenticated);
}

}  // namespace
}  // namespace kozmic::project
