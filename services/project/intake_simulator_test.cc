// What leads to builds before the GitHub simulator: deliveries that got lost on their way, pull
// requests from forks, and people who ask for a build.

#include <cstdlib>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "lib/testing/github_simulator.h"
#include "lib/testing/http_server.h"
#include "services/project/service_fixture.h"
#include "services/project/webhook_relay.h"

namespace kozmic::project {
namespace {

using Stub = v1::ProjectService::Stub;

constexpr char kSite[] = "acme/website";

ServiceParts::Options Options() {
  ServiceParts::Options options = ServiceFixture::QuickOptions();
  options.reconciler = {.interval = absl::Milliseconds(300),
                        .recheck = absl::Milliseconds(100),
                        .first_retry = absl::Milliseconds(50),
                        .longest_retry = absl::Milliseconds(200)};
  return options;
}

class IntakeSimulatorTest : public ::testing::Test {
 protected:
  IntakeSimulatorTest() {
    for (const std::string login : {"ada", "mallory"}) {
      const auto user = simulator_.Api(GithubSimulator::TeamToken(login), "GET", "/user");
      EXPECT_TRUE(user.ok()) << user.status();
      const int64_t id = login == "ada" ? 1 : 2;
      service_.auth_.AddUser(id, (*user)["id"].get<int64_t>(), login);
      service_.auth_.SetGithubToken(id, GithubSimulator::TeamToken(login));
    }
    v1::CreateProjectRequest request;
    request.set_repository(kSite);
    const auto project = As(&Stub::CreateProject, request);
    EXPECT_TRUE(project.ok()) << project.status();
    project_ = project->name();
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> As(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request, int64_t user = 1) {
    return service_.Ask(method, request, ServiceFixture::Session(user));
  }

  void MakeHook(const std::string& title = "Tests", bool disabled = false) {
    v1::CreateHookRequest request;
    request.set_parent(project_);
    *request.mutable_hook() = ServiceFixture::SomeHook(title);
    request.mutable_hook()->add_events(v1::Hook::EVENT_PULL_REQUEST);
    request.mutable_hook()->set_disabled(disabled);
    const auto hook = As(&Stub::CreateHook, request);
    ASSERT_TRUE(hook.ok()) << hook.status();
  }

  nlohmann::json Control(const std::string& method, const std::string& path,
                         const nlohmann::json& body = nullptr) {
    const auto answer = simulator_.Control(method, path, body);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *answer : nlohmann::json();
  }
  std::string Commit(const std::string& repository, const std::string& login,
                     const std::string& branch, const std::string& from = "main") {
    return Control("POST", absl::StrCat("/repositories/", repository, "/commits"),
                   {{"login", login},
                    {"branch", branch},
                    {"from", from},
                    {"message", absl::StrCat("Change ", branch)},
                    {"files", {{absl::StrCat(branch, ".txt"), service_.random_.Hex(8)}}}})["sha"]
        .get<std::string>();
  }

  // Until GitHub has tried so many deliveries of this event in vain.
  void WaitForFailures(int count) {
    int64_t after = 0;
    int failed = 0;
    const absl::Time deadline = absl::Now() + kDeadline;
    while (failed < count && absl::Now() < deadline) {
      const auto journal = simulator_.Journal(after, 1000);
      ASSERT_TRUE(journal.ok()) << journal.status();
      after = (*journal)["last"].get<int64_t>();
      for (const nlohmann::json& entry : (*journal)["entries"]) {
        failed += entry["type"] == "delivery_done" && entry["outcome"]["status_code"] == 503;
      }
    }
    ASSERT_GE(failed, count);
  }
  void LookNow() {
    ASSERT_TRUE(service_.pool_
                    .Autocommit([](pqxx::nontransaction& tx) {
                      tx.exec0("UPDATE hooks SET reconcile_time = now()");
                      return absl::OkStatus();
                    })
                    .ok());
  }
  size_t CommitsAskedFor() {
    std::set<std::string> commits;
    for (const auto& request : service_.build_.Requests()) commits.insert(request.commit());
    return commits.size();
  }

  absl::StatusOr<v1::TriggerBuildResponse> Trigger(
      const std::string& ref, const std::map<std::string, std::string>& variables = {},
      const std::string& request_id = "r1", int64_t user = 1) {
    v1::TriggerBuildRequest request;
    request.set_parent(project_);
    request.set_ref(ref);
    request.mutable_variables()->insert(variables.begin(), variables.end());
    request.set_request_id(request_id);
    return As(&Stub::TriggerBuild, request, user);
  }

  GithubSimulator simulator_{{.seed = "team"}};
  std::atomic<bool> is_down_{false};
  TestHttpServer gateway_;
  ServiceFixture service_{{.web_url = simulator_.web_url(),
                           .api_url = simulator_.api_url(),
                           .public_url = gateway_.url(),
                           .ssh_url = simulator_.ssh_url()},
                          Options()};
  const WebhookRelay relay_{gateway_, service_, &is_down_};
  std::string project_;
};

TEST_F(IntakeSimulatorTest, I3APushThatWasNotDeliveredIsBuiltOnce) {
  MakeHook("Tests");
  MakeHook("Lint");
  is_down_ = true;
  const std::string commit = Commit(kSite, "ada", "main");
  WaitForFailures(2);
  EXPECT_EQ(service_.build_.Requests().size(), 0u);
  LookNow();
  // As long as the way is not free, what is asked for is lost again, and asked for again.
  WaitForFailures(4);
  EXPECT_EQ(service_.build_.Requests().size(), 0u);
  is_down_ = false;
  ASSERT_TRUE(service_.build_.WaitForRequests(2));
  for (const auto& request : service_.build_.Requests()) {
    EXPECT_EQ(request.commit(), commit);
    EXPECT_EQ(request.request_id(), service_.build_.Requests()[0].request_id());
  }
  // Once all is well GitHub's list need not be read any more.
  EXPECT_TRUE(ServiceFixture::WaitFor(
      [&] { return service_.CountRows("hooks WHERE reconcile_etag <> ''") == 2; }));
  EXPECT_EQ(service_.CountRows("hooks WHERE reconcile_failures > 0"), 0);
  EXPECT_EQ(service_.build_.Requests().size(), 2u);
}

TEST_F(IntakeSimulatorTest, I3AllThatAnOutageLostIsBuilt) {
  MakeHook();
  is_down_ = true;
  std::set<std::string> commits;
  for (int i = 0; i < 20; ++i) commits.insert(Commit(kSite, "ada", absl::StrCat("topic-", i)));
  WaitForFailures(20);
  is_down_ = false;
  LookNow();
  EXPECT_TRUE(ServiceFixture::WaitFor([&] { return CommitsAskedFor() == 20; }));
  EXPECT_EQ(service_.build_.Requests().size(), 20u);
}

TEST_F(IntakeSimulatorTest, N6AfterAStartGithubIsAskedAtOnce) {
  MakeHook();
  service_.parts_.Stop();
  is_down_ = true;
  const std::string commit = Commit(kSite, "ada", "main");
  WaitForFailures(1);
  is_down_ = false;
  // Not due for long.
  EXPECT_EQ(service_.CountRows("hooks WHERE reconcile_time > now() + interval '4 minutes'"), 1);
  service_.parts_.Start();
  ASSERT_TRUE(service_.build_.WaitForRequests(1));
  EXPECT_EQ(service_.build_.Requests()[0].commit(), commit);
}

// Found when PostgreSQL failed over as a hook was being looked at: the next look was minutes away.
TEST_F(IntakeSimulatorTest, I3AfterTheDatabaseWasAwayGithubIsAskedAtOnce) {
  MakeHook();
  is_down_ = true;
  const std::string commit = Commit(kSite, "ada", "main");
  WaitForFailures(1);
  is_down_ = false;
  EXPECT_EQ(service_.CountRows("hooks WHERE reconcile_time > now() + interval '4 minutes'"), 1);
  SharedTestPostgres().Crash();
  EXPECT_EQ(service_.parts_.reconciler.ReconcileNext().status().code(),
            absl::StatusCode::kUnavailable);
  SharedTestPostgres().Start();
  EXPECT_TRUE(service_.parts_.reconciler.ReconcileNext().ok());
  ASSERT_TRUE(service_.build_.WaitForRequests(1));
  EXPECT_EQ(service_.build_.Requests()[0].commit(), commit);
}

TEST_F(IntakeSimulatorTest, I3GithubsWishToWaitIsObeyed) {
  MakeHook();
  is_down_ = true;
  Commit(kSite, "ada", "main");
  WaitForFailures(1);
  is_down_ = false;
  Control("PUT", "/rate_limit",
          {{"login", "ada"}, {"secondary", {{"status", 403}, {"retry_after_s", 600}}}});
  LookNow();
  EXPECT_TRUE(ServiceFixture::WaitFor([&] {
    return service_.CountRows(
               "hooks WHERE reconcile_failures = 1"
               " AND reconcile_time > now() + interval '9 minutes'") == 1;
  }));
  for (const nlohmann::json& entry : (*simulator_.Journal(0))["entries"]) {
    EXPECT_NE(entry["type"], "early_request") << entry;
  }
}

TEST_F(IntakeSimulatorTest, P4AForksPullRequestIsBuiltFromTheBaseRepository) {
  MakeHook();
  Control("POST", absl::StrCat("/as/mallory/repos/", kSite, "/forks"));
  const std::string commit = Commit("mallory/website", "mallory", "better");
  Control("POST", absl::StrCat("/as/mallory/repos/", kSite, "/pulls"),
          {{"title", "Better"}, {"head", "mallory:better"}, {"base", "main"}});
  ASSERT_TRUE(service_.build_.WaitForRequests(1));
  const build::v1::CreateBuildRequest request = service_.build_.Requests()[0];
  EXPECT_EQ(request.commit(), commit);
  EXPECT_EQ(request.ref(), "refs/pull/1/head");
  EXPECT_EQ(request.fork(), "mallory/website");
  EXPECT_TRUE(request.needs_approval());
  EXPECT_EQ(request.author().login(), "mallory");
  EXPECT_EQ(request.repository(), kSite);

  // A runner gets it from there, without anything that is the project's own.
  v1::IssueCheckoutRequest checkout;
  checkout.set_project(project_);
  checkout.set_commit(commit);
  checkout.set_fork(true);
  const auto issued = service_.Ask(&Stub::IssueCheckout, checkout, ServiceFixture::Token("build"));
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(issued->ssh_private_key(), "");
  EXPECT_TRUE(issued->secrets().empty());
  std::string folder = std::string(std::getenv("TEST_TMPDIR")) + "/fetch-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  EXPECT_EQ(
      std::system(absl::StrCat("export HOME=", folder, "; git init -q ", folder, " && git -C ",
                               folder, " fetch -q --depth=1 ", issued->clone_url(), " ", commit)
                      .c_str()),
      0);

  // I18: it does not become the project's own by being asked for by its id.
  const auto triggered = Trigger(commit);
  EXPECT_EQ(Reason(triggered.status()), "fork_commit") << triggered.status();
}

TEST_F(IntakeSimulatorTest, P8PeopleAskForABuild) {
  MakeHook("Tests");
  MakeHook("Off", /*disabled=*/true);
  const std::string commit = Commit(kSite, "ada", "topic/1");
  ASSERT_TRUE(service_.build_.WaitForRequests(1));
  size_t asked = 1;
  const auto built = [&](const std::string& ref, const std::string& request_id) {
    const auto answer = Trigger(ref, {{"LEVEL", "debug"}}, request_id);
    EXPECT_TRUE(answer.ok()) << ref << ": " << answer.status();
    EXPECT_TRUE(service_.build_.WaitForRequests(++asked));
    return service_.build_.Requests().back();
  };
  const build::v1::CreateBuildRequest first = built("topic/1", "r1");
  EXPECT_EQ(first.ref(), "refs/heads/topic/1");
  EXPECT_EQ(first.commit(), commit);
  EXPECT_EQ(first.message(), "Change topic/1");
  EXPECT_EQ(first.trigger(), build::v1::TRIGGER_MANUAL);
  EXPECT_EQ(first.creator(), "ada");
  EXPECT_EQ(first.variables().at("LEVEL"), "debug");
  EXPECT_EQ(first.repository(), kSite);
  EXPECT_EQ(first.fork(), "");
  EXPECT_FALSE(first.needs_approval());
  EXPECT_EQ(first.commit_url(), absl::StrCat(simulator_.web_url(), "/", kSite, "/commit/", commit));
  ASSERT_EQ(first.jobs_size(), 1);
  EXPECT_EQ(first.jobs(0).title(), "Tests");

  // The same wish is the same build, another is another.
  EXPECT_EQ(Trigger("topic/1", {}, "r1")->build(), project_ + "/builds/2");
  EXPECT_EQ(Trigger("topic/1", {}, "r2")->build(), project_ + "/builds/3");
  asked += 2;
  EXPECT_EQ(built("refs/heads/topic/1", "r3").ref(), "refs/heads/topic/1");
  // A commit by itself is no branch's, so that no badge tells of it.
  EXPECT_EQ(built(commit, "r4").ref(), "refs/commits/" + commit);
}

TEST_F(IntakeSimulatorTest, P8WhatCannotBeBuiltIsRefused) {
  EXPECT_EQ(Reason(Trigger("main").status()), "no_hooks");
  MakeHook();
  EXPECT_EQ(Trigger("main", {}, "r1", 2).status().code(), absl::StatusCode::kNotFound);
  for (const std::string& ref :
       {std::string("none"), std::string("refs/tags/main"), std::string(40, '1')}) {
    EXPECT_EQ(Reason(Trigger(ref).status()), "ref_not_found") << ref;
  }
  for (const std::string ref : {"", "a..b", "a b", "refs/pull/1/head", "refs/notes/x", "/main"}) {
    EXPECT_EQ(Detail(Trigger(ref).status(), "field"), "ref") << ref;
  }
  using Variables = std::map<std::string, std::string>;
  Variables many;
  for (int i = 0; i < 101; ++i) many[absl::StrCat("V", i)] = "x";
  for (const Variables& bad : {Variables{{"1A", "x"}}, Variables{{"KOZMIC_REF", "x"}},
                               Variables{{"CI", "x"}}, Variables{{"A", std::string("a\0b", 3)}},
                               Variables{{"A", std::string(65 << 10, 'x')}}, many}) {
    EXPECT_EQ(Detail(Trigger("main", bad).status(), "field"), "variables");
  }
  for (const std::string& id : {std::string(), std::string("a b"), std::string(65, 'x')}) {
    EXPECT_EQ(Detail(Trigger("main", {}, id).status(), "field"), "request_id");
  }
  EXPECT_TRUE(service_.build_.Requests().empty());
  service_.build_.Answer(absl::UnavailableError("away"));
  EXPECT_EQ(Trigger("main").status().code(), absl::StatusCode::kUnavailable);
  service_.auth_.SetGithubToken(1, "refused");
  EXPECT_EQ(Reason(Trigger("main").status()), "sign_in_needed");
}

}  // namespace
}  // namespace kozmic::project
