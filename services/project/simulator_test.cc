// The project service before the GitHub simulator: real hooks, real pushes, real statuses.

#include <cstdlib>
#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/json.h"
#include "lib/testing/github_simulator.h"
#include "lib/testing/http_server.h"
#include "services/project/service_fixture.h"
#include "services/project/webhook_relay.h"

namespace kozmic::project {
namespace {

using Stub = v1::ProjectService::Stub;

constexpr int64_t kOcto = 1;
constexpr int64_t kOctoAtGithub = 1001;

class SimulatorTest : public ::testing::Test {
 protected:
  SimulatorTest() {
    service_.auth_.AddUser(kOcto, kOctoAtGithub, "octo");
    service_.auth_.SetGithubToken(kOcto, GithubSimulator::kToken);
  }

  std::string MakeProject() {
    v1::CreateProjectRequest request;
    request.set_repository(GithubSimulator::kRepository);
    const auto project =
        service_.Ask(&Stub::CreateProject, request, ServiceFixture::Session(kOcto));
    EXPECT_TRUE(project.ok()) << project.status();
    return project->name();
  }

  void MakeHook(const std::string& project, const std::string& title) {
    v1::CreateHookRequest request;
    request.set_parent(project);
    *request.mutable_hook() = ServiceFixture::SomeHook(title);
    const auto hook = service_.Ask(&Stub::CreateHook, request, ServiceFixture::Session(kOcto));
    EXPECT_TRUE(hook.ok()) << hook.status();
  }

  // Commits and pushes to octo/hello; returns the commit.
  std::string PushACommit(const std::string& message) {
    std::string pattern = std::string(std::getenv("TEST_TMPDIR")) + "/work-XXXXXX";
    const std::string folder = mkdtemp(pattern.data());
    const std::string git =
        "git -C " + folder + "/hello -c user.name=Octo -c user.email=octo@example.com ";
    return RunInClone(folder, git + "commit -q --allow-empty -m '" + message + "'; " + git +
                                  "push -q origin HEAD:main; " + git + "rev-parse HEAD");
  }

  // Makes octo/hello's main branch an earlier commit of its own.
  void PushBackTo(const std::string& commit) {
    std::string pattern = std::string(std::getenv("TEST_TMPDIR")) + "/back-XXXXXX";
    const std::string folder = mkdtemp(pattern.data());
    const std::string git = "git -C " + folder + "/hello ";
    EXPECT_EQ(RunInClone(folder, git + "push -q -f origin " + commit + ":main; echo " + commit),
              commit);
  }

  // Clones octo/hello to <folder>/hello, runs `command`, returns the commit that it prints.
  std::string RunInClone(const std::string& folder, const std::string& command) {
    const std::string script = "set -e; export HOME=" + folder + "; git clone -q " +
                               simulator_.web_url() + "/octo/hello.git " + folder + "/hello; " +
                               command;
    FILE* pipe = popen(script.c_str(), "r");
    char line[128] = {};
    EXPECT_NE(std::fgets(line, sizeof(line), pipe), nullptr);
    EXPECT_EQ(pclose(pipe), 0);
    return std::string(line).substr(0, 40);
  }

  GithubSimulator simulator_;
  TestHttpServer gateway_;
  ServiceFixture service_{{.web_url = simulator_.web_url(),
                           .api_url = simulator_.api_url(),
                           .public_url = gateway_.url()}};
  const WebhookRelay relay_{gateway_, service_};
};

TEST_F(SimulatorTest, APushWithTwoHooksBecomesOneBuildAndItsStatusIsReported) {
  const std::string project = MakeProject();
  MakeHook(project, "Tests");
  MakeHook(project, "Lint");
  const std::string commit = PushACommit("Count to ten");
  ASSERT_TRUE(service_.build_.WaitForRequests(2));
  auto requests = service_.build_.Requests();
  // Of two deliveries, each of which has its trace; the first request decides.
  EXPECT_NE(requests[0].trace_id(), requests[1].trace_id());
  for (auto& request : requests) request.clear_trace_id();
  EXPECT_EQ(requests[0].SerializeAsString(), requests[1].SerializeAsString());
  EXPECT_EQ(requests[0].commit(), commit);
  EXPECT_EQ(requests[0].ref(), "refs/heads/main");
  EXPECT_EQ(requests[0].message(), "Count to ten");
  EXPECT_EQ(requests[0].author().login(), "octo");
  EXPECT_EQ(requests[0].commit_url(), simulator_.web_url() + "/octo/hello/commit/" + commit);
  EXPECT_EQ(requests[0].jobs_size(), 2);

  v1::ReportCommitStatusRequest status;
  status.set_project(project);
  status.set_commit(commit);
  status.set_state(v1::ReportCommitStatusRequest::STATE_SUCCESS);
  status.set_context("Kozmic-CI");
  status.set_description("Kozmic build #1 has passed");
  status.set_target_url("http://k/projects/1/builds/1");
  for (int i = 0; i < 2; ++i) {
    const auto reported =
        service_.Ask(&Stub::ReportCommitStatus, status, ServiceFixture::Token("build"));
    EXPECT_TRUE(reported.ok()) << reported.status();
  }
  const github::Api api({.base_url = simulator_.api_url()}, service_.clock_);
  const auto statuses =
      api.ListCommitStatuses(GithubSimulator::kToken, GithubSimulator::kRepository, commit);
  ASSERT_TRUE(statuses.ok()) << statuses.status();
  EXPECT_THAT(*statuses, ::testing::ElementsAre(
                             github::CommitStatus{.state = "success",
                                                  .context = "Kozmic-CI",
                                                  .description = "Kozmic build #1 has passed",
                                                  .target_url = "http://k/projects/1/builds/1"}));
  // Pings and pushes, all signed well.
  EXPECT_EQ(service_.WaitForSettled(4), 2);
}

TEST_F(SimulatorTest, ABranchThatIsPushedBackIsBuiltAgain) {
  const std::string project = MakeProject();
  MakeHook(project, "Tests");
  MakeHook(project, "Lint");
  const std::string first = PushACommit("One");
  const std::string second = PushACommit("Two");
  PushBackTo(first);
  ASSERT_TRUE(service_.build_.WaitForRequests(6));
  std::map<std::string, int> ids;
  std::map<std::string, int> commits;
  for (const auto& request : service_.build_.Requests()) {
    ++ids[request.request_id()];
    ++commits[request.commit()];
  }
  ASSERT_EQ(ids.size(), 3u);
  for (const auto& [id, count] : ids) EXPECT_EQ(count, 2) << id;
  EXPECT_EQ(commits[first], 4);
  EXPECT_EQ(commits[second], 2);
}

TEST_F(SimulatorTest, AnUnknownCommitIsNotReportable) {
  const std::string project = MakeProject();
  v1::ReportCommitStatusRequest status;
  status.set_project(project);
  status.set_commit("da39a3ee5e6b4b0d3255bfef95601890afd80709");
  status.set_state(v1::ReportCommitStatusRequest::STATE_SUCCESS);
  status.set_context("Kozmic-CI");
  const absl::Status reported =
      service_.Ask(&Stub::ReportCommitStatus, status, ServiceFixture::Token("build")).status();
  EXPECT_EQ(Reason(reported), "not_reportable") << reported;
}

TEST_F(SimulatorTest, KnowsWhoATokenIsAndMakesAndDeletesHooks) {
  const github::Api api({.base_url = simulator_.api_url()}, service_.clock_);
  const auto user = api.GetAuthenticatedUser(GithubSimulator::kToken);
  ASSERT_TRUE(user.ok()) << user.status();
  EXPECT_EQ(user->user.login, "octo");
  EXPECT_THAT(*user->scopes, ::testing::Contains("repo"));
  const auto hook =
      api.CreateHook(GithubSimulator::kToken, GithubSimulator::kRepository,
                     {.url = gateway_.url() + "/x", .secret = "s", .events = {"push"}});
  ASSERT_TRUE(hook.ok()) << hook.status();
  EXPECT_EQ(api.ListHooks(GithubSimulator::kToken, GithubSimulator::kRepository)->size(), 1u);
  const absl::Status deleted =
      api.DeleteHook(GithubSimulator::kToken, GithubSimulator::kRepository, hook->id);
  EXPECT_TRUE(deleted.ok()) << deleted;
  EXPECT_EQ(api.DeleteHook(GithubSimulator::kToken, GithubSimulator::kRepository, hook->id).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(api.GetAuthenticatedUser("bad").status().code(), absl::StatusCode::kUnauthenticated);
}

}  // namespace
}  // namespace kozmic::project
