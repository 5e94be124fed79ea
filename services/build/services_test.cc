#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/worker.h"
#include "lib/postgres/listener.h"
#include "lib/rpc/client.h"
#include "lib/rpc/service_token.h"
#include "lib/status/annotate.h"
#include "services/build/channels.h"
#include "services/build/postgres_status_outbox.h"
#include "services/build/services_fixture.h"
#include "services/build/status_reporter.h"

namespace kozmic::build {
namespace {

using runner::v1::LeaseJobRequest;
using runner::v1::LeaseJobResponse;
using runner::v1::OpenSessionRequest;
using runner::v1::RenewLeasesRequest;
using runner::v1::RenewLeasesResponse;
using runner::v1::RunnerService;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using v1::BuildService;

using ServicesTest = ServicesFixture;

TEST_F(ServicesTest, AWaitingRunnerIsAnsweredWhenAJobComes) {
  const std::string session = OpenSession("one");
  absl::StatusOr<LeaseJobResponse> response;
  std::thread waiting([&] { response = Lease(session, "r1"); });
  ASSERT_TRUE(Create(Request("a")).ok());
  waiting.join();
  ASSERT_TRUE(response.ok()) << response.status();
  const runner::v1::Lease& lease = response->lease();
  EXPECT_EQ(lease.attempt(), "projects/1/builds/1/jobs/1/attempts/1");
  EXPECT_EQ(lease.fence(), 1);
  EXPECT_EQ(lease.log(), "logs/1-1-1-1");
  EXPECT_TRUE(CheckCapabilityToken(kServiceKey, "log-write", lease.log(), lease.log_token()));
  EXPECT_EQ(lease.spec().environment().at("KOZMIC_BRANCH"), "feature/x");
  EXPECT_EQ(lease.spec().environment().at("KOZMIC_BUILD_URL"),
            "http://kozmic.test/projects/1/builds/1/");

  EXPECT_EQ(IssueCheckout(session, lease)->clone_url(), "http://github.test/octo/hello.git");
}

TEST_F(ServicesTest, NoJobInTimeIsAnAnswerWithoutALease) {
  const auto response = Lease(OpenSession("one"), "r1", absl::Milliseconds(900));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_FALSE(response->has_lease());
}

TEST_F(ServicesTest, ARunnerThatWentWaitingTakesNoJob) {
  const std::string session = OpenSession("one");
  {
    grpc::ClientContext context;
    PrepareCall(context, absl::Now() + kTimeout, kRunnerToken);
    LeaseJobRequest request;
    request.set_session(session);
    request.set_request_id("gone");
    LeaseJobResponse response;
    std::thread waiting([&] { runners_stub_->LeaseJob(&context, request, &response); });
    context.TryCancel();
    waiting.join();
  }
  ASSERT_TRUE(Create(Request("a")).ok());
  const auto response = Lease(session, "r2");
  ASSERT_TRUE(response.ok());
  EXPECT_TRUE(response->has_lease());
}

TEST_F(ServicesTest, TheVerdictWaitsForTheWholeLog) {
  const std::string session = OpenSession("one");
  ASSERT_TRUE(Create(Request("a")).ok());
  const auto lease = Lease(session, "r1");
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(Reason(FinishJob(session, lease->lease(), 0, 101)), "log_incomplete");
  EXPECT_EQ(builds_->Get(1, 1)->state(), v1::STATE_PENDING);
  EXPECT_TRUE(FinishJob(session, lease->lease(), 0, 100).ok());
  EXPECT_TRUE(FinishJob(session, lease->lease(), 0, 100).ok()) << "repeated";
  const auto build = builds_->Get(1, 1);
  EXPECT_EQ(build->state(), v1::STATE_SUCCESS);
  EXPECT_EQ(build->jobs(0).log().size(), 100);
}

TEST_F(ServicesTest, N2_AJobWhoseStoredLogIsNotWhatItsRunnerSentIsNotGreen) {
  const std::string session = OpenSession("one");
  ASSERT_TRUE(Create(Request("a")).ok());
  auto lease = Lease(session, "r1");
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(FinishJob(session, lease->lease(), 0, 100, "short").code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(FinishJob(session, lease->lease(), 0, 100, std::string(64, 'e')).ok());
  const auto build = builds_->Get(1, 1);
  EXPECT_EQ(build->state(), v1::STATE_ERROR);
  EXPECT_THAT(build->jobs(0).reason(), HasSubstr("not what the runner sent"));
  EXPECT_EQ(build->jobs(0).log().sha256(), kLogDigest);

  ASSERT_TRUE(Create(Request("b")).ok());
  lease = Lease(session, "r2");
  ASSERT_TRUE(lease.ok());
  EXPECT_TRUE(FinishJob(session, lease->lease(), 0, 100, kLogDigest).ok());
  EXPECT_EQ(builds_->Get(1, 2)->state(), v1::STATE_SUCCESS);
}

TEST_F(ServicesTest, I6_AnOldFenceNeitherSealsNorFinishes) {
  const std::string session = OpenSession("one");
  ASSERT_TRUE(Create(Request("a")).ok());
  const auto lease = Lease(session, "r1");
  ASSERT_TRUE(FinishJob(session, lease->lease(), 3, 100).ok());
  EXPECT_EQ(Reason(FinishJob(session, lease->lease(), 0, 50)), "stale_fence");
  EXPECT_EQ(builds_->Get(1, 1)->jobs(0).reason(), "The script exited with 3.");
  absl::MutexLock lock(&mutex_);
  EXPECT_THAT(seals_, SizeIs(1));

  const auto answer = Renew(session, lease->lease(), runner::v1::PHASE_SCRIPT);
  EXPECT_EQ(answer->answers(0).verdict(), RenewLeasesResponse::VERDICT_LOST);
}

TEST_F(ServicesTest, OnlyThoseWhoMayCallDo) {
  EXPECT_EQ(Create(Request("a"), "gateway").status().code(), absl::StatusCode::kPermissionDenied);
  OpenSessionRequest open;
  open.set_runner("one");
  open.set_slots(1);
  for (const auto& [bearer, code] : std::map<std::string, absl::StatusCode>{
           {"", absl::StatusCode::kUnauthenticated},
           {"a guess", absl::StatusCode::kUnauthenticated},
           {ServiceToken(kServiceKey, "gateway"), absl::StatusCode::kPermissionDenied}}) {
    EXPECT_EQ(Call(*runners_stub_, &RunnerService::Stub::OpenSession, open, bearer, kTimeout)
                  .status()
                  .code(),
              code);
  }
  v1::GetBuildRequest get;
  get.set_name("projects/1/builds/1");
  EXPECT_EQ(Call(*builds_stub_, &BuildService::Stub::GetBuild, get, "", kTimeout).status().code(),
            absl::StatusCode::kUnauthenticated);
}

TEST_F(ServicesTest, BadRequestsAreRefusedBeforeAnythingIsDone) {
  auto request = Request("a");
  request.set_commit("--upload-pack=x");
  EXPECT_EQ(Create(request).status().code(), absl::StatusCode::kInvalidArgument);
  request = Request("a");
  request.clear_jobs();
  EXPECT_EQ(Create(request).status().code(), absl::StatusCode::kInvalidArgument);
  request = Request("a");
  request.set_message(std::string("nul\0byte", 8));
  EXPECT_EQ(Create(request).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Reason(Lease("no such session", "r1").status()), "stale_session");
  EXPECT_TRUE(builds_->List(1, {}, 0, 10)->builds.empty());
}

TEST_F(ServicesTest, ManyBuildsAreCreatedAtOnceAndEachIsJudgedAlone) {
  ASSERT_TRUE(Create(Request("old")).ok());
  v1::BatchCreateBuildsRequest many;
  for (const char* id : {"first", "second", "old", "bad", "first", "third"}) {
    *many.add_requests() = Request(id);
  }
  many.mutable_requests(1)->set_parent("projects/2");
  many.mutable_requests(3)->set_commit("main");
  const auto ask = [&](const std::string& as) {
    return Call(*builds_stub_, &BuildService::Stub::BatchCreateBuilds, many,
                ServiceToken(kServiceKey, as), kTimeout);
  };
  EXPECT_EQ(ask("gateway").status().code(), absl::StatusCode::kPermissionDenied);
  // Again changes nothing.
  for (int time = 0; time < 2; ++time) {
    const auto response = ask("project");
    ASSERT_TRUE(response.ok()) << response.status();
    std::vector<int64_t> numbers;
    for (const auto& result : response->results()) numbers.push_back(result.number());
    EXPECT_THAT(numbers, ElementsAre(2, 1, 1, 0, 2, 3));
    EXPECT_EQ(response->results(3).code(), static_cast<int>(absl::StatusCode::kInvalidArgument));
    EXPECT_EQ(response->results(3).message(),
              "commit: \"main\" must be 40 or 64 lower-case hexadecimal characters");
  }
  many.mutable_requests()->Clear();
  EXPECT_EQ(ask("project").status().code(), absl::StatusCode::kInvalidArgument);
  for (int i = 0; i < 257; ++i) *many.add_requests() = Request(absl::StrCat(i));
  EXPECT_EQ(ask("project").status().code(), absl::StatusCode::kInvalidArgument);
}

// N10
TEST_F(ServicesTest, AJobIsToldToUsersAsToItsRunner) {
  ASSERT_TRUE(Create(Request("a")).ok());
  const auto ask = [&](const std::string& job, const std::string& as) {
    v1::GetJobSpecRequest request;
    request.set_job(job);
    return Call(*builds_stub_, &BuildService::Stub::GetJobSpec, request,
                ServiceToken(kServiceKey, as), kTimeout);
  };
  const std::string job = "projects/1/builds/1/jobs/1";
  const auto before = ask(job, "gateway");
  ASSERT_TRUE(before.ok()) << before.status();
  const auto lease = Lease(OpenSession("one"), "r1");
  ASSERT_TRUE(lease.ok()) << lease.status();
  EXPECT_EQ(before->DebugString(), lease->lease().spec().DebugString());
  EXPECT_EQ(ask(job, "gateway")->DebugString(), before->DebugString());
  EXPECT_TRUE(absl::IsNotFound(ask("projects/1/builds/1/jobs/2", "gateway").status()));
  EXPECT_TRUE(absl::IsNotFound(ask("projects/2/builds/1/jobs/1", "gateway").status()));
}

TEST_F(ServicesTest, TheOverviewsLatestBuildsComeWithoutTheirJobsWhenAsked) {
  auto created = Request("a");
  created.set_message("Say hello\n\nBecause.");
  ASSERT_TRUE(Create(created).ok());
  v1::BatchGetLatestBuildsRequest request;
  request.add_projects("projects/1");
  request.add_projects("projects/2");
  const auto latest = [&] {
    return Call(*builds_stub_, &BuildService::Stub::BatchGetLatestBuilds, request,
                ServiceToken(kServiceKey, "gateway"), kTimeout);
  };
  ASSERT_THAT(latest()->builds(), SizeIs(1));
  EXPECT_THAT(latest()->builds(0).jobs(), SizeIs(1));
  EXPECT_EQ(latest()->builds(0).message(), "Say hello\n\nBecause.");
  request.set_summary(true);
  ASSERT_THAT(latest()->builds(), SizeIs(1));
  EXPECT_THAT(latest()->builds(0).jobs(), SizeIs(0));
  EXPECT_EQ(latest()->builds(0).message(), "Say hello");
  while (request.projects_size() <= 1000) request.add_projects("projects/2");
  EXPECT_EQ(latest().status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ServicesTest, AWatcherSeesASnapshotAndThenEveryState) {
  ASSERT_TRUE(Create(Request("a")).ok());
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + kTimeout, ServiceToken(kServiceKey, "gateway"));
  v1::WatchProjectRequest request;
  request.set_name("projects/1");
  const auto stream = builds_stub_->WatchProject(&context, request);
  std::vector<v1::State> states;
  const auto read_until = [&](v1::State state) {
    v1::WatchProjectResponse response;
    while (stream->Read(&response)) {
      for (const v1::Build& build : response.builds()) states.push_back(build.state());
      if (!states.empty() && states.back() == state) return true;
    }
    return false;
  };
  ASSERT_TRUE(read_until(v1::STATE_ENQUEUED));
  const std::string session = OpenSession("one");
  const auto lease = Lease(session, "r1");
  ASSERT_TRUE(read_until(v1::STATE_PENDING));
  ASSERT_TRUE(FinishJob(session, lease->lease(), 0, 1).ok());
  ASSERT_TRUE(read_until(v1::STATE_SUCCESS));
  EXPECT_THAT(states, ElementsAre(v1::STATE_ENQUEUED, v1::STATE_PENDING, v1::STATE_SUCCESS));
  watches_.Drain();
  v1::WatchProjectResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ServicesTest, DrainingSendsWaitingRunnersAway) {
  const std::string session = OpenSession("one");
  absl::StatusOr<LeaseJobResponse> response;
  std::thread waiting([&] { response = Lease(session, "r1"); });
  dispatcher_.Drain();
  waiting.join();
  EXPECT_EQ(response.status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ServicesTest, TheSweeperSealsThenConcludes) {
  const std::string session = OpenSession("one");
  ASSERT_TRUE(Create(Request("a")).ok());
  ASSERT_TRUE(Lease(session, "r1").ok());
  FakeClock clock(absl::UnixEpoch());
  LeaseSweeper sweeper(
      *leases_, clock,
      [this](const std::string& log) {
        return Seal(log, {7, ""});
      },
      absl::Seconds(20));
  ASSERT_TRUE(pool_
                  .Autocommit([](pqxx::nontransaction& tx) {
                    tx.exec0("UPDATE attempts SET lease_expire_time = now() - interval '1 s'");
                    return absl::OkStatus();
                  })
                  .ok());
  for (int i = 0; i < 4; ++i) {
    sweeper.Sweep();
    clock.Advance(absl::Seconds(4));
  }
  sweeper.Sweep();
  EXPECT_EQ(builds_->Get(1, 1)->jobs(0).state(), v1::STATE_PENDING)
      << "no lease is lost before runners had the time to renew";
  clock.Advance(absl::Seconds(5));
  sweeper.Sweep();
  const auto build = builds_->Get(1, 1);
  EXPECT_EQ(build->jobs(0).state(), v1::STATE_ENQUEUED);
  absl::MutexLock lock(&mutex_);
  EXPECT_THAT(seals_, ElementsAre("logs/1-1-1-1"));
}

TEST_F(ServicesTest, APauseOfTheServiceLosesNoLease) {
  // As SIGSTOP, a suspended machine or a frozen database would: the time of a sweep has long passed
  // when the process goes on, and no runner could renew meanwhile.
  const std::string session = OpenSession("one");
  ASSERT_TRUE(Create(Request("a")).ok());
  ASSERT_TRUE(Lease(session, "r1").ok());
  FakeClock clock(absl::UnixEpoch());
  LeaseSweeper sweeper(
      *leases_, clock,
      [this](const std::string& log) {
        return Seal(log, {7, ""});
      },
      absl::Seconds(20));
  for (int i = 0; i < 6; ++i) {
    clock.Advance(absl::Seconds(5));
    sweeper.Sweep();
  }
  ASSERT_TRUE(pool_
                  .Autocommit([](pqxx::nontransaction& tx) {
                    tx.exec0("UPDATE attempts SET lease_expire_time = now() - interval '1 s'");
                    return absl::OkStatus();
                  })
                  .ok());
  clock.Advance(absl::Seconds(70));
  sweeper.Sweep();
  EXPECT_EQ(builds_->Get(1, 1)->jobs(0).state(), v1::STATE_PENDING);
  for (int i = 0; i < 5; ++i) {
    clock.Advance(absl::Seconds(5));
    sweeper.Sweep();
  }
  EXPECT_EQ(builds_->Get(1, 1)->jobs(0).state(), v1::STATE_ENQUEUED) << "who never came back";
}

TEST_F(ServicesTest, LeasesAreRenewedWhileOtherServicesHang) {
  const std::string session = OpenSession("one");
  const auto release = std::make_shared<absl::Notification>();
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(executor_.Submit([release] { release->WaitForNotification(); }));
  }
  RenewLeasesRequest renew;
  renew.set_session(session);
  EXPECT_TRUE(
      Call(*runners_stub_, &RunnerService::Stub::RenewLeases, renew, kRunnerToken, kTimeout).ok());
  release->Notify();
}

TEST_F(ServicesTest, WatchersThatGoWhileTheyAreToldHarmNobody) {
  ASSERT_TRUE(Create(Request("a")).ok());
  std::vector<std::thread> watchers;
  for (int t = 0; t < 4; ++t) {
    watchers.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        grpc::ClientContext context;
        PrepareCall(context, absl::Now() + kTimeout, ServiceToken(kServiceKey, "gateway"));
        v1::WatchProjectRequest request;
        request.set_name("projects/1");
        const auto stream = builds_stub_->WatchProject(&context, request);
        v1::WatchProjectResponse response;
        if (i % 2 == 0) stream->Read(&response);
        context.TryCancel();
        watches_.Changed(0);
        stream->Finish();
      }
    });
  }
  for (std::thread& watcher : watchers) watcher.join();
  EXPECT_TRUE(Create(Request("b")).ok());
}

TEST_F(ServicesTest, StatusesAreReportedInOrderAndRepeatedUntilTaken) {
  const std::unique_ptr<StatusOutbox> outbox = NewPostgresStatusOutbox(pool_);
  std::vector<std::string> posted;
  int refusals = 2;
  absl::Notification done;
  StatusReporter reporter(
      *outbox,
      [&](const StatusWish& wish) -> absl::Status {
        if (refusals > 0) {
          --refusals;
          return absl::UnavailableError("GitHub is down");
        }
        posted.push_back(wish.description);
        if (wish.state == v1::STATE_FAILURE) done.Notify();
        return absl::OkStatus();
      },
      random_);
  Worker reporting([&] { return reporter.Step(); });
  const PostgresListener wake(url_, {kStatusesChannel},
                              [&](absl::string_view, absl::string_view) { reporting.Wake(); });
  const std::string session = OpenSession("one");
  ASSERT_TRUE(Create(Request("a")).ok());
  const auto lease = Lease(session, "r1");
  ASSERT_TRUE(FinishJob(session, lease->lease(), 1, 1).ok());
  ASSERT_TRUE(done.WaitForNotificationWithTimeout(kTimeout));
  EXPECT_EQ(posted.back(), "Kozmic build #1 has failed because of the \"Test\" job");
  EXPECT_LE(posted.size(), 2u);
}

}  // namespace
}  // namespace kozmic::build
