// Runners and queue for administrators: AdminService over gRPC, on a real database.

#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "lib/status/annotate.h"
#include "services/build/admin/admin_service.h"
#include "services/build/admin/admin_store.h"
#include "services/build/stores_fixture.h"

namespace kozmic::build {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Stub = v1::AdminService::Stub;

// "admin" administers, "member" does not, "build" is a service.
class People final : public Authenticator {
 public:
  absl::StatusOr<Caller> Authenticate(absl::string_view bearer) const override {
    Caller caller;
    caller.kind = bearer == "build" ? Caller::Kind::kService : Caller::Kind::kUser;
    caller.name = bearer == "build" ? "build" : "users/7";
    caller.admin = bearer == "admin";
    return caller;
  }
};

class AdminTest : public StoresFixture {
 protected:
  template <typename Request, typename Response>
  absl::StatusOr<Response> Ask(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               const Request& request, const std::string& bearer = "admin") {
    return Call(*stub_, method, request, bearer, absl::Seconds(10));
  }

  std::vector<v1::Runner> Runners() {
    const auto listed = Ask(&Stub::ListRunners, v1::ListRunnersRequest());
    EXPECT_TRUE(listed.ok()) << listed.status();
    return {listed->runners().begin(), listed->runners().end()};
  }

  absl::StatusOr<v1::Runner> Pause(const std::string& name) {
    v1::PauseRunnerRequest request;
    request.set_name(name);
    return Ask(&Stub::PauseRunner, request);
  }

  absl::StatusOr<v1::Runner> Resume(const std::string& name) {
    v1::ResumeRunnerRequest request;
    request.set_name(name);
    return Ask(&Stub::ResumeRunner, request);
  }

  absl::Status Delete(const std::string& name) {
    v1::DeleteRunnerRequest request;
    request.set_name(name);
    return Ask(&Stub::DeleteRunner, request).status();
  }

  v1::ListQueueResponse Queue(int page_size = 0, const std::string& page_token = "") {
    v1::ListQueueRequest request;
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    const auto listed = Ask(&Stub::ListQueue, request);
    EXPECT_TRUE(listed.ok()) << listed.status();
    return *listed;
  }

  static std::vector<std::string> Names(const v1::ListQueueResponse& queue) {
    std::vector<std::string> names;
    for (const v1::QueuedJob& job : queue.jobs()) names.push_back(job.name());
    return names;
  }

  void NotSeenForLong(const std::string& runner) {
    ASSERT_TRUE(pool_
                    .Transact([&](pqxx::work& tx) {
                      tx.exec_params(
                          "UPDATE runners SET seen_time = now() - interval '7 minutes' "
                          "WHERE runner = $1",
                          runner);
                      return absl::OkStatus();
                    })
                    .ok());
  }

  const People people_;
  Executor executor_{2, 16};
  const UnaryRunner unary_{executor_, people_};
  const std::unique_ptr<AdminStore> store_ = NewPostgresAdminStore(pool_);
  AdminServiceRpc service_{unary_, *store_,
                           [](const Caller&) -> absl::StatusOr<std::string> { return "ada"; }};
  const std::unique_ptr<RpcServer> server_ = *RpcServer::Start("127.0.0.1:0", {&service_});
  const std::unique_ptr<Stub> stub_ = v1::AdminService::NewStub(MakeChannel(server_->address()));
};

TEST_F(AdminTest, IsForAdministratorsOnly) {
  for (const char* bearer : {"member", "build"}) {
    const auto refused = Ask(&Stub::ListRunners, v1::ListRunnersRequest(), bearer);
    EXPECT_TRUE(absl::IsPermissionDenied(refused.status())) << bearer << ": " << refused.status();
    EXPECT_EQ(Reason(refused.status()), "admin_needed");
  }
  EXPECT_TRUE(absl::IsUnauthenticated(Ask(&Stub::ListQueue, v1::ListQueueRequest(), "").status()));
}

TEST_F(AdminTest, RunnersAreShownWithWhatTheyDo) {
  OpenSession("b", "session-b");
  OpenSession("a", "session-a");
  NotSeenForLong("a");
  ASSERT_TRUE(Create(1, Request("r1", 2)).ok());
  const GrantedLease lease = Grant("session-b", "q1");
  ASSERT_TRUE(Renew("session-b", {{lease.key, runner::v1::PHASE_FETCH}}).ok());

  const std::vector<v1::Runner> runners = Runners();
  ASSERT_EQ(runners.size(), 2u);
  EXPECT_EQ(runners[0].name(), "runners/a");
  EXPECT_FALSE(runners[0].online());
  EXPECT_EQ(runners[0].busy(), 0);
  EXPECT_EQ(runners[1].name(), "runners/b");
  EXPECT_TRUE(runners[1].online());
  EXPECT_GT(runners[1].slots(), 0);
  EXPECT_GT(runners[1].session_time().seconds(), 0);
  EXPECT_EQ(runners[1].busy(), 1);
  ASSERT_EQ(runners[1].jobs_size(), 1);
  const v1::RunningJob& job = runners[1].jobs(0);
  EXPECT_EQ(job.name(), "projects/1/builds/1/jobs/1");
  EXPECT_EQ(job.title(), "Job 1");
  EXPECT_EQ(job.phase(), "fetch");
  EXPECT_GT(job.start_time().seconds(), 0);
}

TEST_F(AdminTest, RunnersComeInPages) {
  for (const char* name : {"c", "a", "b"}) OpenSession(name, absl::StrCat("session-", name));
  v1::ListRunnersRequest request;
  request.set_page_size(2);
  const auto first = Ask(&Stub::ListRunners, request);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->runners_size(), 2);
  EXPECT_EQ(first->runners(1).name(), "runners/b");
  request.set_page_token(first->next_page_token());
  const auto second = Ask(&Stub::ListRunners, request);
  ASSERT_EQ(second->runners_size(), 1);
  EXPECT_EQ(second->runners(0).name(), "runners/c");
  EXPECT_EQ(second->next_page_token(), "");

  request.set_page_token("no runner's name");
  EXPECT_TRUE(absl::IsInvalidArgument(Ask(&Stub::ListRunners, request).status()));
  request.set_page_token("");
  request.set_page_size(501);
  EXPECT_TRUE(absl::IsInvalidArgument(Ask(&Stub::ListRunners, request).status()));
}

TEST_F(AdminTest, APausedRunnerGetsNoFurtherJobUntilItIsResumed) {
  OpenSession("a", "session-a");
  ASSERT_TRUE(Create(1, Request("r1", 2)).ok());
  const GrantedLease lease = Grant("session-a", "q1");
  const auto paused = Pause("runners/a");
  ASSERT_TRUE(paused.ok()) << paused.status();
  EXPECT_EQ(paused->paused_by(), "ada");
  EXPECT_GT(paused->pause_time().seconds(), 0);
  EXPECT_EQ(Pause("runners/a")->pause_time().nanos(), paused->pause_time().nanos());

  EXPECT_FALSE((*TryGrant("session-a", "q2")).has_value());
  // The lease that it has is its own as before, and it finishes it.
  EXPECT_EQ(Grant("session-a", "q1").key.job, lease.key.job);
  EXPECT_TRUE((*Renew("session-a", {{lease.key, runner::v1::PHASE_SCRIPT}}))[0].has_value());
  EXPECT_TRUE(Finish("session-a", lease.key, Exit(0)).ok());
  // Also in its next life.
  OpenSession("a", "session-a2");
  EXPECT_FALSE((*TryGrant("session-a2", "q3")).has_value());
  EXPECT_THAT(Queue().jobs(0).wait().sentence(), HasSubstr("paused by an administrator"));

  const auto resumed = Resume("runners/a");
  EXPECT_EQ(resumed->paused_by(), "");
  EXPECT_FALSE(resumed->has_pause_time());
  EXPECT_TRUE((*TryGrant("session-a2", "q3")).has_value());
}

TEST_F(AdminTest, ARunnerThatDoesNotExistCannotBePaused) {
  EXPECT_TRUE(absl::IsNotFound(Pause("runners/nobody").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Pause("nobody").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Pause("runners/No Body").status()));
}

TEST_F(AdminTest, OnlyARunnerThatHasGoneIsForgotten) {
  OpenSession("a", "session-a");
  EXPECT_EQ(Reason(Delete("runners/a")), "runner_online");
  ASSERT_TRUE(Create(1, Request("r1")).ok());
  const GrantedLease lease = Grant("session-a", "q1");
  NotSeenForLong("a");
  EXPECT_EQ(Reason(Delete("runners/a")), "runner_online") << "it has a job";
  ASSERT_TRUE(Finish("session-a", lease.key, Exit(0)).ok());
  NotSeenForLong("a");
  EXPECT_TRUE(Delete("runners/a").ok());
  EXPECT_TRUE(Runners().empty());
  EXPECT_TRUE(absl::IsNotFound(Delete("runners/a")));
  OpenSession("a", "session-a2");
  EXPECT_EQ(Runners().size(), 1u);
}

TEST_F(AdminTest, TheQueueIsShownInTheOrderInWhichRunnersTakeIt) {
  OpenSession("a", "session-a");
  // Of two projects, which take turns; the second one's limit is one job at once.
  ASSERT_TRUE(Create(1, Request("r1", 3)).ok());
  v1::ProjectSettings settings;
  settings.set_max_parallel(1);
  ASSERT_TRUE(control_->UpdateSettings(2, settings).ok());
  ASSERT_TRUE(Create(2, Request("r2", 2)).ok());

  std::vector<std::string> seen;
  std::string token;
  do {
    const v1::ListQueueResponse page = Queue(2, token);
    for (std::string& name : Names(page)) seen.push_back(std::move(name));
    token = page.next_page_token();
    EXPECT_EQ(page.waiting(), 5);
  } while (!token.empty());
  EXPECT_THAT(seen, ElementsAre("projects/1/builds/1/jobs/1", "projects/2/builds/1/jobs/1",
                                "projects/1/builds/1/jobs/2", "projects/2/builds/1/jobs/2",
                                "projects/1/builds/1/jobs/3"));
  const GrantedLease first = Grant("session-a", "q1");
  EXPECT_EQ(first.key.project, 1);
  EXPECT_EQ(Grant("session-a", "q2").key.project, 2);
  const v1::ListQueueResponse queue = Queue();
  EXPECT_THAT(Names(queue), ElementsAre("projects/1/builds/1/jobs/2", "projects/2/builds/1/jobs/2",
                                        "projects/1/builds/1/jobs/3"));
  EXPECT_EQ(queue.waiting(), 3);
  EXPECT_EQ(queue.running(), 2);
  EXPECT_EQ(queue.jobs(0).title(), "Job 2");
  EXPECT_EQ(queue.jobs(0).wait().gate(), v1::GATE_OPEN);
  EXPECT_EQ(queue.jobs(1).wait().gate(), v1::GATE_PROJECT_LIMIT);
  EXPECT_THAT(queue.jobs(1).wait().sentence(), HasSubstr("project's limit"));
}

TEST_F(AdminTest, APageTokenThatIsNoneIsRefused) {
  v1::ListQueueRequest request;
  request.set_page_token("7");
  EXPECT_TRUE(absl::IsInvalidArgument(Ask(&Stub::ListQueue, request).status()));
  request.set_page_token("");
  request.set_page_size(-1);
  EXPECT_TRUE(absl::IsInvalidArgument(Ask(&Stub::ListQueue, request).status()));
}

}  // namespace
}  // namespace kozmic::build
