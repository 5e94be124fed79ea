// Runners and queue for administrators: AdminService over gRPC, on a real database.

#include <functional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/random.h"
#include "lib/crypto/digest.h"
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

// "admin" administers, as "admin-token" does by an access token; "member" does not, "build" is a
// service.
class People final : public Authenticator {
 public:
  absl::StatusOr<Caller> Authenticate(absl::string_view bearer) const override {
    Caller caller;
    caller.kind = bearer == "build" ? Caller::Kind::kService : Caller::Kind::kUser;
    caller.name = bearer == "build" ? "build" : "users/7";
    caller.admin = bearer == "admin" || bearer == "admin-token";
    caller.by_access_token = bearer == "admin-token";
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

  using MoveRequest = v1::MoveQueuedJobRequest;
  absl::StatusOr<v1::QueuedJob> Move(const std::string& job, MoveRequest::Place place) {
    MoveRequest request;
    request.set_name(job);
    request.set_place(place);
    return Ask(&Stub::MoveQueuedJob, request);
  }

  absl::StatusOr<v1::PausedProject> SetPaused(const std::string& project, bool paused) {
    if (!paused) {
      v1::ResumeProjectRequest request;
      request.set_name(project);
      return Ask(&Stub::ResumeProject, request);
    }
    v1::PauseProjectRequest request;
    request.set_name(project);
    return Ask(&Stub::PauseProject, request);
  }

  v1::ListPausedProjectsResponse PausedProjects() {
    return *Ask(&Stub::ListPausedProjects, v1::ListPausedProjectsRequest());
  }

  v1::ListUntoldResponse Untold(const std::string& project = "") {
    v1::ListUntoldRequest request;
    request.set_project(project);
    return *Ask(&Stub::ListUntold, request);
  }

  int Retry(const std::string& project) {
    v1::RetryUntoldRequest request;
    request.set_project(project);
    return Ask(&Stub::RetryUntold, request)->retried();
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
  SystemRandom random_;
  const std::unique_ptr<RegistrationStore> registrations_ = NewPostgresRegistrationStore(pool_);
  AdminServiceRpc service_{
      unary_,
      {.store = *store_,
       .registrations = *registrations_,
       .random = random_,
       .login_of = [](const Caller&) -> absl::StatusOr<std::string> { return "ada"; }}};
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
  ASSERT_TRUE(control_->UpdateSettings(2, settings, {}).ok());
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

TEST_F(AdminTest, AJobIsPutFirstOrLast) {
  OpenSession("a", "session-a");
  ASSERT_TRUE(Create(1, Request("r1", 3)).ok());
  EXPECT_EQ(Move("projects/1/builds/1/jobs/3", MoveRequest::PLACE_FIRST)->title(), "Job 3");
  EXPECT_EQ(Move("projects/1/builds/1/jobs/2", MoveRequest::PLACE_FIRST)->title(), "Job 2");
  EXPECT_TRUE(Move("projects/1/builds/1/jobs/3", MoveRequest::PLACE_LAST).ok());
  EXPECT_THAT(Names(Queue()),
              ElementsAre("projects/1/builds/1/jobs/2", "projects/1/builds/1/jobs/1",
                          "projects/1/builds/1/jobs/3"));
  EXPECT_THAT(Names(Queue(1)), ElementsAre("projects/1/builds/1/jobs/2"));
  EXPECT_EQ(Grant("session-a", "q1").key.job, 2);
  EXPECT_EQ(Reason(Move("projects/1/builds/1/jobs/2", MoveRequest::PLACE_LAST).status()),
            "not_waiting");
  EXPECT_TRUE(
      absl::IsNotFound(Move("projects/1/builds/1/jobs/9", MoveRequest::PLACE_LAST).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Move("projects/1/builds/1/jobs/1", MoveRequest::PLACE_UNSPECIFIED).status()));
  // The only one that waits stays where it is.
  EXPECT_EQ(Grant("session-a", "q2").key.job, 1);
  EXPECT_TRUE(Move("projects/1/builds/1/jobs/3", MoveRequest::PLACE_FIRST).ok());
  EXPECT_EQ(Grant("session-a", "q3").key.job, 3);
}

TEST_F(AdminTest, APausedProjectsJobsWaitAndSayWhy) {
  OpenSession("a", "session-a");
  ASSERT_TRUE(Create(1, Request("r1", 2)).ok());
  const GrantedLease running = Grant("session-a", "q1");
  const auto paused = SetPaused("projects/1", true);
  ASSERT_TRUE(paused.ok()) << paused.status();
  EXPECT_EQ(paused->repository(), "octo/hello");
  EXPECT_EQ(paused->paused_by(), "ada");
  EXPECT_GT(paused->pause_time().seconds(), 0);
  EXPECT_EQ(paused->waiting(), 1);
  EXPECT_EQ(paused->running(), 1);
  ASSERT_EQ(PausedProjects().projects_size(), 1);

  // Others go on, and what runs ends.
  ASSERT_TRUE(Create(2, Request("r2")).ok());
  EXPECT_EQ(Grant("session-a", "q2").key.project, 2);
  EXPECT_FALSE((*TryGrant("session-a", "q3")).has_value());
  ASSERT_TRUE(Finish("session-a", running.key, Exit(0)).ok());
  ASSERT_TRUE(Create(1, Request("r3")).ok());
  EXPECT_FALSE((*TryGrant("session-a", "q4")).has_value());
  EXPECT_THAT(Queue().jobs(0).wait().sentence(), HasSubstr("paused by ada"));
  EXPECT_EQ(Queue().jobs(0).wait().gate(), v1::GATE_PROJECT_LIMIT);
  // Another limit does not let them go.
  v1::ProjectSettings settings;
  settings.set_max_parallel(5);
  ASSERT_TRUE(control_->UpdateSettings(1, settings, {}).ok());
  EXPECT_FALSE((*TryGrant("session-a", "q5")).has_value());

  const auto resumed = SetPaused("projects/1", false);
  ASSERT_TRUE(resumed.ok());
  EXPECT_EQ(resumed->paused_by(), "");
  EXPECT_EQ(PausedProjects().projects_size(), 0);
  EXPECT_EQ(Grant("session-a", "q6").key.build, 1);
  EXPECT_EQ(Grant("session-a", "q7").key.build, 2);
  EXPECT_TRUE(SetPaused("projects/1", false).ok());
  EXPECT_TRUE(absl::IsNotFound(SetPaused("projects/99", true).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(SetPaused("1", true).status()));
}

TEST_F(AdminTest, WhatIsUntoldIsShownAndTriedAgain) {
  OpenSession("a", "session-a");
  ASSERT_TRUE(Create(1, Request("r1")).ok());
  Grant("session-a", "q1");
  const auto claimed = outbox_->Claim(10, kClaim);
  ASSERT_TRUE(claimed.ok());
  ASSERT_EQ(claimed->size(), 1u);
  ASSERT_TRUE(outbox_->Failed(claimed->front(), "GitHub is away", absl::Hours(2)).ok());
  const v1::ListUntoldResponse listed = Untold();
  ASSERT_EQ(listed.untold_size(), 1);
  EXPECT_EQ(listed.total(), 1);
  EXPECT_EQ(listed.untold(0).kind(), v1::Untold::KIND_COMMIT_STATUS);
  EXPECT_EQ(listed.untold(0).project(), "projects/1");
  EXPECT_THAT(listed.untold(0).subject(), HasSubstr(claimed->front().commit));
  EXPECT_EQ(listed.untold(0).failures(), 1);
  EXPECT_EQ(listed.untold(0).last_error(), "GitHub is away");
  EXPECT_EQ(Untold("projects/2").untold_size(), 0);

  EXPECT_EQ(Retry("projects/2"), 0);
  EXPECT_TRUE(outbox_->Claim(10, kClaim)->empty());
  EXPECT_EQ(Retry("projects/1"), 1);
  const auto again = outbox_->Claim(10, kClaim);
  ASSERT_EQ(again->size(), 1u);
  ASSERT_TRUE(outbox_->Done(again->front(), "").ok());
  EXPECT_EQ(Untold().untold_size(), 0);
  EXPECT_EQ(Retry(""), 0);
}

TEST_F(AdminTest, MailThatWaitsIsUntoldToo) {
  OpenSession("a", "session-a");
  ASSERT_TRUE(Create(1, Request("r1")).ok());
  const GrantedLease lease = Grant("session-a", "q1");
  ASSERT_TRUE(Finish("session-a", lease.key, Exit(1)).ok());
  ASSERT_TRUE(pool_
                  .Transact([&](pqxx::work& tx) {
                    tx.exec(
                        "INSERT INTO messages (project_id, build_number, notification_hook_id, "
                        "  generation, state, next_try_time, failures, last_error) "
                        "SELECT project_id, build_number, 0, generation, state, "
                        "  now() + interval '1 hour', 3, 'no such host' FROM notices");
                    return absl::OkStatus();
                  })
                  .ok());
  const v1::ListUntoldResponse listed = Untold("projects/1");
  ASSERT_EQ(listed.untold_size(), 2);
  EXPECT_EQ(listed.untold(1).kind(), v1::Untold::KIND_MAIL);
  EXPECT_EQ(listed.untold(1).subject(), "projects/1/builds/1");
  EXPECT_EQ(listed.untold(1).last_error(), "no such host");
  EXPECT_EQ(Retry(""), 1);
  EXPECT_EQ(Count("messages WHERE next_try_time <= now()"), 1);
}

TEST_F(AdminTest, ATokenForARunnerIsToldOnceAndTheRunnerCanBeRevoked) {
  v1::CreateRegistrationTokenRequest request;
  request.set_display_name("rack 7");
  request.set_runner("rack-7");
  request.add_labels("trusted");
  const auto made = Ask(&Stub::CreateRegistrationToken, request);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->token().substr(0, 4), "kzj_");
  EXPECT_EQ(made->registration_token().creator(), "ada");
  const auto lifetime = made->registration_token().expire_time().seconds() -
                        made->registration_token().create_time().seconds();
  EXPECT_EQ(lifetime, 3600);

  ASSERT_TRUE(
      registrations_->Register(Sha256Hex(made->token()), "rack-7", std::string(64, 'c')).ok());
  const auto listed = Ask(&Stub::ListRegistrationTokens, v1::ListRegistrationTokensRequest());
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->registration_tokens_size(), 1);
  EXPECT_EQ(listed->registration_tokens(0).display_name(), "rack 7");
  EXPECT_EQ(listed->registration_tokens(0).used_by(), "rack-7");
  ASSERT_EQ(Runners().size(), 1u);
  EXPECT_EQ(Runners()[0].registration().creator(), "ada");
  EXPECT_THAT(Runners()[0].labels(), ElementsAre("trusted"));

  EXPECT_EQ(Reason(Delete("runners/rack-7")), "runner_online");
  v1::RevokeRunnerRequest revoke;
  revoke.set_name("runners/rack-7");
  const auto revoked = Ask(&Stub::RevokeRunner, revoke);
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  EXPECT_EQ(revoked->registration().revoked_by(), "ada");
  EXPECT_GT(revoked->registration().revoke_time().seconds(), 0);
  // It cannot come back by itself, so it need not have been away for long.
  EXPECT_TRUE(Delete("runners/rack-7").ok());
  EXPECT_EQ(Count("runner_credentials"), 0);

  v1::DeleteRegistrationTokenRequest remove;
  remove.set_name(made->registration_token().name());
  EXPECT_TRUE(Ask(&Stub::DeleteRegistrationToken, remove).ok());
  EXPECT_TRUE(absl::IsNotFound(Ask(&Stub::DeleteRegistrationToken, remove).status()));
}

TEST_F(AdminTest, BadRegistrationTokensAreRefusedByField) {
  const auto refused = [&](const std::function<void(v1::CreateRegistrationTokenRequest&)>& set) {
    v1::CreateRegistrationTokenRequest request;
    set(request);
    return Detail(Ask(&Stub::CreateRegistrationToken, request).status(), "field");
  };
  EXPECT_EQ(refused([](auto& r) { r.set_runner("No Name"); }), "runner");
  EXPECT_EQ(refused([](auto& r) { r.set_lifetime_hours(169); }), "lifetime_hours");
  EXPECT_EQ(refused([](auto& r) { r.set_lifetime_hours(-1); }), "lifetime_hours");
  EXPECT_EQ(refused([](auto& r) { r.set_display_name(std::string(101, 'x')); }), "display_name");
  EXPECT_EQ(refused([](auto& r) { r.add_labels("No Label"); }), "labels");
}

TEST_F(AdminTest, AnAccessTokenDoesNotLetRunnersIn) {
  const auto refused =
      Ask(&Stub::CreateRegistrationToken, v1::CreateRegistrationTokenRequest(), "admin-token");
  EXPECT_EQ(Reason(refused.status()), "session_needed");
  EXPECT_TRUE(
      Ask(&Stub::ListRegistrationTokens, v1::ListRegistrationTokensRequest(), "admin-token").ok());
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
