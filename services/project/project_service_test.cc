// Projects, hooks, permissions and statuses over gRPC, before a GitHub in the test's hands.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/json.h"
#include "services/project/github_in_hand.h"
#include "services/project/hooks/hook_sweeper.h"
#include "services/project/service_fixture.h"

namespace kozmic::project {
namespace {

using ::testing::HasSubstr;
using Stub = v1::ProjectService::Stub;

constexpr int64_t kAnn = 1;
constexpr int64_t kBob = 2;
constexpr int64_t kAnnAtGithub = 101;
constexpr int64_t kBobAtGithub = 102;

class ProjectServiceTest : public ::testing::Test,
                           protected GithubInHand,
                           protected ServiceFixture {
 protected:
  ProjectServiceTest()
      : ServiceFixture({GithubInHand::url(), GithubInHand::url() + "/api/v3", "http://k"}) {
    auth_.AddUser(kAnn, kAnnAtGithub, "ann");
    auth_.AddUser(kBob, kBobAtGithub, "bob");
    auth_.SetGithubToken(kAnn, "good");
    auth_.SetGithubToken(kBob, "good bob");
  }

  void SetHooksStatus(int status) {
    absl::MutexLock lock(&mutex);
    hooks_status = status;
  }

  absl::StatusOr<v1::Project> Create(int64_t user, const std::string& repository = "octo/hello") {
    v1::CreateProjectRequest request;
    request.set_repository(repository);
    return Ask(&Stub::CreateProject, request, Session(user));
  }

  absl::StatusOr<v1::Hook> CreateHook(const std::string& project, int64_t user = kAnn) {
    v1::CreateHookRequest request;
    request.set_parent(project);
    request.mutable_hook()->set_title("Tests");
    request.mutable_hook()->set_image("debian:12");
    request.mutable_hook()->set_script("#!/bin/sh\r\nmake\r\n");
    request.mutable_hook()->add_events(v1::Hook::EVENT_PUSH);
    return Ask(&Stub::CreateHook, request, Session(user));
  }

  absl::StatusOr<v1::ListHooksResponse> ListHooks(const std::string& project, int64_t user = kAnn) {
    v1::ListHooksRequest request;
    request.set_parent(project);
    return Ask(&Stub::ListHooks, request, Session(user));
  }

  absl::StatusOr<v1::CheckPermissionResponse> Check(const std::string& project,
                                                    v1::Permission permission,
                                                    const std::string& bearer,
                                                    const std::string& user = "") {
    v1::CheckPermissionRequest request;
    request.set_project(project);
    request.set_permission(permission);
    request.set_user(user);
    return Ask(&Stub::CheckPermission, request, bearer);
  }

  absl::Status Report(const std::string& project, v1::ReportCommitStatusRequest::State state,
                      const std::string& description, const std::string& sha = kSha) {
    v1::ReportCommitStatusRequest request;
    request.set_project(project);
    request.set_commit(sha);
    request.set_state(state);
    request.set_context("Kozmic-CI");
    request.set_description(description);
    request.set_target_url("http://k/projects/1/builds/1");
    return Ask(&Stub::ReportCommitStatus, request, Token("build")).status();
  }
};

TEST_F(ProjectServiceTest, AnAdminOfTheRepositoryMakesAProjectAndOwnsIt) {
  const auto project = Create(kAnn);
  ASSERT_TRUE(project.ok()) << project.status();
  EXPECT_EQ(project->repository(), "octo/hello");
  EXPECT_EQ(project->repository_id(), 9);
  EXPECT_EQ(project->url(), "http://g/octo/hello");
  EXPECT_EQ(project->role(), v1::ROLE_OWNER);
  EXPECT_GT(project->create_time().seconds(), 0);

  v1::GetProjectRequest get;
  get.set_name(project->name());
  EXPECT_EQ(Ask(&Stub::GetProject, get, Session(kAnn))->repository(), "octo/hello");
  EXPECT_EQ(Ask(&Stub::GetProject, get, Session(kBob)).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Ask(&Stub::GetProject, get, "").status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Ask(&Stub::GetProject, get, "tampered").status().code(),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Reason(Create(kBob).status()), "project_exists");
}

TEST_F(ProjectServiceTest, ErrorsOfCreateProjectSayWhatToDo) {
  const auto expect = [&](absl::StatusCode code, const std::string& reason) {
    const absl::Status status = Create(kAnn).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_EQ(Reason(status), reason);
  };
  EXPECT_EQ(Create(kAnn, "../user").status().code(), absl::StatusCode::kInvalidArgument);
  admin = false;
  expect(absl::StatusCode::kPermissionDenied, "admin_needed");
  repository_status = 404;
  expect(absl::StatusCode::kNotFound, "repository_not_found");
  repository_status = 502;
  expect(absl::StatusCode::kUnavailable, "github_unavailable");
  auth_.SetGithubToken(kAnn, "revoked");
  expect(absl::StatusCode::kFailedPrecondition, "sign_in_needed");
  EXPECT_EQ(Reason(Create(3).status()), "sign_in_needed");
  EXPECT_EQ(CountRows("projects WHERE state = 2"), 0);
}

TEST_F(ProjectServiceTest, ListsInPages) {
  for (int64_t repository = 1; repository <= 5; ++repository) AddProject(repository, kAnn);
  AddProject(6, kBob);
  v1::ListProjectsRequest request;
  request.set_page_size(2);
  int pages = 0;
  std::vector<int64_t> seen;
  do {
    const auto page = Ask(&Stub::ListProjects, request, Session(kAnn));
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& project : page->projects()) seen.push_back(project.repository_id());
    request.set_page_token(page->next_page_token());
    ASSERT_LE(++pages, 3);
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(seen, ::testing::ElementsAre(1, 2, 3, 4, 5));
  request.set_page_token("x");
  EXPECT_EQ(Ask(&Stub::ListProjects, request, Session(kAnn)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ProjectServiceTest, K22AHookHasItsWebhookAtGithubWithASecretOfItsOwn) {
  const std::string project = Create(kAnn)->name();
  const auto hook = CreateHook(project);
  ASSERT_TRUE(hook.ok()) << hook.status();
  EXPECT_EQ(hook->script(), "#!/bin/sh\nmake\n");
  ASSERT_EQ(ListHooks(project)->hooks_size(), 1);
  EXPECT_EQ(ListHooks(project)->hooks(0).name(), hook->name());

  const std::string id = hook->name().substr(hook->name().rfind('/') + 1);
  const nlohmann::json& made = hooks[77];
  EXPECT_EQ(made["events"],
            nlohmann::json({"push", "pull_request", "member", "team_add", "repository", "public"}));
  EXPECT_EQ(made["config"]["url"], "http://k/_hooks/hook/" + id + "/");
  EXPECT_EQ(made["config"]["content_type"], "json");
  const std::string secret = made["config"]["secret"];
  EXPECT_EQ(secret.size(), 64u);
  const std::string sealed = parts_.deliveries.GetHookKey(std::stoll(id))->sealed_secret;
  EXPECT_THAT(sealed, ::testing::Not(HasSubstr(secret)));
  EXPECT_EQ(*parts_.hook_box.Open(sealed, SecretPlace(std::stoll(id))), secret);
}

TEST_F(ProjectServiceTest, K22AnErrorOfGithubsLeavesNoHookOnEitherSide) {
  const std::string project = Create(kAnn)->name();
  for (const int status : {422, 403, 404, 500}) {
    for (const bool made_anyway : {false, true}) {
      hook_status = status;
      hook_made_anyway = made_anyway;
      EXPECT_FALSE(CreateHook(project).ok());
      EXPECT_TRUE(hooks.empty()) << status;
      EXPECT_EQ(CountRows("hooks"), 0) << status;
    }
  }
}

TEST_F(ProjectServiceTest, AHookThatACrashLeftHalfMadeIsTakenBack) {
  const std::string project = Create(kAnn)->name();
  parts_.Stop();
  const int64_t half = *parts_.hook_store.NextHookId();
  ASSERT_TRUE(
      parts_.hook_store
          .AddHook({.hook_id = half, .project_id = std::stoll(project.substr(9))}, "s", {}, false)
          .ok());
  const int64_t finished = AddHook(std::stoll(project.substr(9)), 78, "secret");
  {
    absl::MutexLock lock(&mutex);
    for (const auto& [id, hook] : {std::pair(77, half), std::pair(78, finished)}) {
      hooks[id] = {
          {"id", id},
          {"active", true},
          {"events", {"push"}},
          {"config",
           {{"url", absl::StrCat("http://k/_hooks/hook/", hook, "/")}, {"content_type", "json"}}}};
    }
  }
  // Perhaps still in the making.
  EXPECT_FALSE(parts_.hooks.UndoUnmade(0, absl::Minutes(1))->has_value());
  // GitHub cannot be asked: nothing is forgotten.
  SetHooksStatus(502);
  EXPECT_EQ(*parts_.hooks.UndoUnmade(0, absl::ZeroDuration()), half);
  EXPECT_EQ(CountRows("hooks"), 2);
  EXPECT_FALSE(parts_.hooks.UndoUnmade(half, absl::ZeroDuration())->has_value());

  SetHooksStatus(200);
  HookSweeper sweeper(parts_.hooks, {.age = absl::ZeroDuration()});
  const absl::Time deadline = absl::Now() + kDeadline;
  while (CountRows("hooks") > 1 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(2));
  sweeper.Stop();
  EXPECT_EQ(ListHooks(project)->hooks_size(), 1);
  absl::MutexLock lock(&mutex);
  EXPECT_EQ(hooks.count(77), 0u);
  EXPECT_EQ(hooks.count(78), 1u);
}

TEST_F(ProjectServiceTest, RolesAllowWhatTheyShould) {
  const std::string project = Create(kAnn)->name();
  const int64_t id = std::stoll(project.substr(9));
  AddMember(id, kBob, Role::kMember);
  AddMember(id, 3, Role::kManager);
  EXPECT_EQ(Check(project, v1::PERMISSION_DELETE, Session(kAnn))->role(), v1::ROLE_OWNER);
  EXPECT_EQ(Check(project, v1::PERMISSION_CONFIGURE, Session(3))->role(), v1::ROLE_MANAGER);
  EXPECT_EQ(Check(project, v1::PERMISSION_DELETE, Session(3)).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Check(project, v1::PERMISSION_VIEW, Session(kBob))->cache_seconds(), 30);
  EXPECT_EQ(Check(project, v1::PERMISSION_CONFIGURE, Session(kBob)).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Check(project, v1::PERMISSION_VIEW, Session(4)).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(CreateHook(project, kBob).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CreateHook(project, 4).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(ListHooks(project, kBob).ok());

  // Services ask for a user; users only for themselves.
  EXPECT_TRUE(Check(project, v1::PERMISSION_VIEW, Token("build"), "users/2").ok());
  EXPECT_EQ(Check(project, v1::PERMISSION_VIEW, Token("build"), "users/4").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Check(project, v1::PERMISSION_VIEW, Session(4), "users/1").status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Check(project, v1::PERMISSION_UNSPECIFIED, Session(kAnn)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ProjectServiceTest, AStatusIsPostedOnceHoweverOftenItIsReported) {
  const std::string project = Create(kAnn)->name();
  using State = v1::ReportCommitStatusRequest;
  EXPECT_TRUE(Report(project, State::STATE_PENDING, "is pending").ok());
  EXPECT_TRUE(Report(project, State::STATE_PENDING, "is pending").ok());
  EXPECT_TRUE(Report(project, State::STATE_SUCCESS, "has passed").ok());
  EXPECT_TRUE(Report(project, State::STATE_SUCCESS, "has passed").ok());
  EXPECT_TRUE(Report(project, State::STATE_PENDING, "is pending").ok());
  ASSERT_EQ(statuses.size(), 3u);
  EXPECT_EQ(statuses[1]["state"], "success");
  EXPECT_EQ(statuses[1]["description"], "has passed");
  EXPECT_EQ(statuses[1]["context"], "Kozmic-CI");
  EXPECT_EQ(statuses[1]["target_url"], "http://k/projects/1/builds/1");
}

TEST_F(ProjectServiceTest, ErrorsOfReportingSayWhetherToTryAgain) {
  const std::string project = Create(kAnn)->name();
  const auto report = [&] {
    return Report(project, v1::ReportCommitStatusRequest::STATE_SUCCESS, "has passed");
  };
  post_status = 500;
  EXPECT_EQ(report().code(), absl::StatusCode::kUnavailable);
  post_status = 422;
  EXPECT_EQ(report().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Reason(report()), "not_reportable");
  post_status = 401;
  EXPECT_EQ(report().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Reason(report()), "sign_in_needed");
  EXPECT_EQ(Reason(Report(project, v1::ReportCommitStatusRequest::STATE_SUCCESS, "", "x")),
            "not_reportable");
  // Last: from then on GitHub is not asked for a while.
  auth_.SetGithubToken(kAnn, "good again");
  post_status = 403;
  EXPECT_EQ(report().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Detail(report(), "retry-after-seconds"), "17");
  EXPECT_TRUE(statuses.empty());
}

TEST_F(ProjectServiceTest, AStatusIsPostedBySomeoneElseWhenTheOwnersSignInIsRefused) {
  {
    absl::MutexLock lock(&mutex);
    collaborators[kBobAtGithub] = "admin";
    // Of the owner only.
    post_status = 401;
  }
  const std::string project = Create(kAnn)->name();
  const absl::Status reported =
      Report(project, v1::ReportCommitStatusRequest::STATE_SUCCESS, "has passed");
  EXPECT_TRUE(reported.ok()) << reported;
  absl::MutexLock lock(&mutex);
  EXPECT_EQ(statuses.size(), 1u);
}

TEST_F(ProjectServiceTest, BuildServiceLearnsWhereToFetchFrom) {
  const std::string project = Create(kAnn)->name();
  v1::IssueCheckoutRequest request;
  request.set_project(project);
  request.set_commit(kSha);
  const auto checkout = Ask(&Stub::IssueCheckout, request, Token("build"));
  ASSERT_TRUE(checkout.ok()) << checkout.status();
  EXPECT_EQ(checkout->clone_url(), GithubInHand::url() + "/octo/hello.git");
  EXPECT_EQ(Ask(&Stub::IssueCheckout, request, Session(kAnn)).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Ask(&Stub::IssueCheckout, request, Token("gateway")).status().code(),
            absl::StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace kozmic::project
