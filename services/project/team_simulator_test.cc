// A project of an organisation's private repository before the GitHub simulator: members by their
// teams, a deploy key, webhooks, renames, and a GitHub that answers badly. Where ./kozmic test runs
// it, every request is checked against GitHub's published description.

#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/testing/github_simulator.h"
#include "lib/testing/http_server.h"
#include "services/project/service_fixture.h"
#include "services/project/webhook_relay.h"

namespace kozmic::project {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using Stub = v1::ProjectService::Stub;

class TeamSimulatorTest : public ::testing::Test {
 protected:
  TeamSimulatorTest() {
    for (const std::string login : {"ada", "grace", "bob", "cara", "dan", "eve", "mallory"}) {
      SignIn(login);
    }
  }

  // Somebody who has signed in; their number here.
  void SignIn(const std::string& login) {
    const auto user = simulator_.Api(GithubSimulator::TeamToken(login), "GET", "/user");
    ASSERT_TRUE(user.ok()) << user.status();
    const int64_t id = static_cast<int64_t>(users_.size()) + 1;
    users_[login] = id;
    service_.auth_.AddUser(id, (*user)["id"].get<int64_t>(), login);
    service_.auth_.SetGithubToken(id, GithubSimulator::TeamToken(login));
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> As(const std::string& login,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request) {
    return service_.Ask(method, request, ServiceFixture::Session(users_[login]));
  }

  absl::StatusOr<v1::Project> Create(const std::string& login,
                                     const std::string& repository = "acme/rocket") {
    v1::CreateProjectRequest request;
    request.set_repository(repository);
    return As(login, &Stub::CreateProject, request);
  }

  absl::StatusOr<v1::Hook> CreateHook(const std::string& project, const std::string& login) {
    v1::CreateHookRequest request;
    request.set_parent(project);
    *request.mutable_hook() = ServiceFixture::SomeHook();
    return As(login, &Stub::CreateHook, request);
  }

  // "ada 3": login and role.
  std::vector<std::string> Members(const std::string& project) {
    v1::ListMembersRequest request;
    request.set_parent(project);
    std::vector<std::string> members;
    for (const auto& [login, id] : users_) {
      const auto list = As(login, &Stub::ListMembers, request);
      if (!list.ok()) continue;
      for (const v1::Member& one : list->members()) {
        members.push_back(absl::StrCat(one.login(), " ", one.role()));
      }
      break;
    }
    return members;
  }

  absl::Status SyncMembers(const std::string& project, const std::string& login = "ada") {
    v1::SyncMembersRequest request;
    request.set_parent(project);
    return As(login, &Stub::SyncMembers, request).status();
  }

  bool Sees(const std::string& login, const std::string& project) {
    v1::GetProjectRequest request;
    request.set_name(project);
    return As(login, &Stub::GetProject, request).ok();
  }

  // As somebody on GitHub's own pages.
  nlohmann::json Github(const std::string& login, const std::string& method,
                        const std::string& path, const nlohmann::json& body = nullptr) {
    const auto answer = simulator_.Control(method, absl::StrCat("/as/", login, path), body);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *answer : nlohmann::json();
  }
  void Fault(nlohmann::json fault) {
    fault["times"] = nullptr;
    const auto set = simulator_.Control("PUT", "/faults", nlohmann::json::array({fault}));
    EXPECT_TRUE(set.ok()) << set.status();
  }
  void TellToWait(const std::string& login) {
    const auto set = simulator_.Control(
        "PUT", "/rate_limit",
        {{"login", login}, {"secondary", {{"status", 403}, {"retry_after_s", 60}}}});
    EXPECT_TRUE(set.ok()) << set.status();
  }
  void NoFault() {
    EXPECT_TRUE(simulator_.Control("PUT", "/faults", nlohmann::json::array()).ok());
  }

  GithubSimulator simulator_{{.seed = "team"}};
  TestHttpServer gateway_;
  ServiceFixture service_{{.web_url = simulator_.web_url(),
                           .api_url = simulator_.api_url(),
                           .public_url = gateway_.url(),
                           .ssh_url = simulator_.ssh_url()}};
  const WebhookRelay relay_{gateway_, service_};
  std::map<std::string, int64_t> users_;
};

TEST_F(TeamSimulatorTest, K16MembersAreWhoTheTeamsAndInvitationsMakeThem) {
  const auto project = Create("ada");
  ASSERT_TRUE(project.ok()) << project.status();
  EXPECT_THAT(Members(project->name()),
              ElementsAre("ada 3", "bob 2", "eve 2", "grace 2", "cara 1", "dan 1"));
  EXPECT_FALSE(Sees("mallory", project->name()));
}

TEST_F(TeamSimulatorTest, K11WhoHasNoAdminRightsMakesNoProject) {
  EXPECT_EQ(Reason(Create("bob").status()), "admin_needed");
  EXPECT_EQ(Reason(Create("mallory").status()), "repository_not_found");
}

TEST_F(TeamSimulatorTest, AManagerWhoMayOnlyPushAddsAHookInTheOwnersName) {
  const std::string project = Create("ada")->name();
  const auto hook = CreateHook(project, "bob");
  ASSERT_TRUE(hook.ok()) << hook.status();
  EXPECT_EQ(Github("ada", "GET", "/repos/acme/rocket/hooks").size(), 1u);
  EXPECT_EQ(CreateHook(project, "cara").status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CreateHook(project, "mallory").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(TeamSimulatorTest, N13AWebhookOfTheirRemovalEndsTheirAccess) {
  const std::string project = Create("ada")->name();
  ASSERT_TRUE(CreateHook(project, "ada").ok());
  ASSERT_TRUE(Sees("eve", project));
  Github("ada", "DELETE", "/repos/acme/rocket/collaborators/eve");
  EXPECT_TRUE(ServiceFixture::WaitFor([&] { return !Sees("eve", project); }));
  EXPECT_TRUE(Sees("bob", project));
}

TEST_F(TeamSimulatorTest, N13WhoLeavesATeamLosesAccessWithTheirNextSync) {
  const std::string project = Create("ada")->name();
  ASSERT_TRUE(Sees("bob", project));
  Github("ada", "DELETE", "/orgs/acme/members/bob");
  v1::SyncRepositoriesRequest sync;
  sync.set_wait_seconds(10);
  ASSERT_TRUE(As("bob", &Stub::SyncRepositories, sync).ok());
  EXPECT_FALSE(Sees("bob", project));
}

TEST_F(TeamSimulatorTest, P53ARenameIsFollowedByItsWebhookAndATransferToo) {
  const std::string project = Create("ada")->name();
  ASSERT_TRUE(CreateHook(project, "ada").ok());
  const auto name = [&] {
    v1::GetProjectRequest request;
    request.set_name(project);
    const auto found = As("ada", &Stub::GetProject, request);
    return found.ok() ? found->repository() : "";
  };
  Github("ada", "PATCH", "/repos/acme/rocket", {{"name", "starship"}});
  EXPECT_TRUE(ServiceFixture::WaitFor([&] { return name() == "acme/starship"; })) << name();
  // Changes go to where it is now.
  ASSERT_TRUE(CreateHook(project, "ada").ok());
  EXPECT_EQ(Github("ada", "GET", "/repos/acme/starship/hooks").size(), 2u);
}

TEST_F(TeamSimulatorTest, ARepositoryThatTurnsPrivateGetsItsDeployKeyWithTheNextJob) {
  Github("ada", "PATCH", "/repos/acme/rocket", {{"private", false}});
  const std::string project = Create("ada")->name();
  EXPECT_EQ(Github("ada", "GET", "/repos/acme/rocket/keys").size(), 0u);
  Github("ada", "PATCH", "/repos/acme/rocket", {{"private", true}});
  ASSERT_TRUE(SyncMembers(project).ok());
  v1::IssueCheckoutRequest request;
  request.set_project(project);
  request.set_commit("da39a3ee5e6b4b0d3255bfef95601890afd80709");
  const auto checkout = service_.Ask(&Stub::IssueCheckout, request, ServiceFixture::Token("build"));
  ASSERT_TRUE(checkout.ok()) << checkout.status();
  EXPECT_EQ(checkout->clone_url(), simulator_.ssh_url() + "/acme/rocket.git");
  EXPECT_FALSE(checkout->ssh_known_hosts().empty());
  EXPECT_EQ(Github("ada", "GET", "/repos/acme/rocket/keys").size(), 1u);
}

TEST_F(TeamSimulatorTest, BadInput74BadAnswersChangeNothing) {
  const std::string project = Create("ada")->name();
  const std::vector<std::string> before = Members(project);
  for (const nlohmann::json& fault :
       std::vector<nlohmann::json>{{{"status", 500}},
                                   {{"truncate", 20}},
                                   {{"drop_connection", "after"}},
                                   {{"status", 200}, {"body", "<html>proxy</html>"}},
                                   {{"status", 200}, {"body", {{{"id", "one"}}}}},
                                   // Last: from then on GitHub is not asked for a while.
                                   {{"status", 429}}}) {
    nlohmann::json one = fault;
    one["path_regex"] = "/collaborators";
    Fault(one);
    EXPECT_EQ(SyncMembers(project).code(), absl::StatusCode::kUnavailable) << fault.dump();
    EXPECT_EQ(Members(project), before) << fault.dump();
    NoFault();
  }
}

TEST_F(TeamSimulatorTest, AnAnswerThatGotLostLeavesNoSecondWebhookAndNoHalfMadeHook) {
  const std::string project = Create("ada")->name();
  // Made at GitHub, but nobody heard of it.
  Fault({{"method", "POST"}, {"path_regex", "/hooks"}, {"drop_connection", "after"}});
  EXPECT_EQ(Reason(CreateHook(project, "ada").status()), "github_unavailable");
  NoFault();
  EXPECT_EQ(Github("ada", "GET", "/repos/acme/rocket/hooks").size(), 0u);
  v1::ListHooksRequest list;
  list.set_parent(project);
  EXPECT_EQ(As("ada", &Stub::ListHooks, list)->hooks_size(), 0);
  ASSERT_TRUE(CreateHook(project, "ada").ok());
  EXPECT_EQ(Github("ada", "GET", "/repos/acme/rocket/hooks").size(), 1u);
}

TEST_F(TeamSimulatorTest, WhileGithubWantsOneTokenToWaitSomeoneElseActs) {
  const std::string project = Create("ada")->name();
  TellToWait("ada");
  EXPECT_TRUE(SyncMembers(project, "ada").ok());
}

TEST_F(TeamSimulatorTest, NothingIsAskedBeforeGithubAllowsIt) {
  const std::string project = Create("ada")->name();
  TellToWait("ada");
  TellToWait("grace");
  EXPECT_EQ(SyncMembers(project, "ada").code(), absl::StatusCode::kUnavailable);
  const auto before = simulator_.Journal(0);
  ASSERT_TRUE(before.ok());
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(SyncMembers(project, "ada").ok());
  const auto after = simulator_.Journal(0);
  ASSERT_TRUE(after.ok());
  for (const nlohmann::json& entry : (*after)["entries"]) {
    EXPECT_NE(entry["type"], "early_request") << entry.dump();
  }
}

}  // namespace
}  // namespace kozmic::project
