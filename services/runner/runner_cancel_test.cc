// The runner's program is told at once that a job is cancelled, and ends it in whatever phase it
// is. Invariant I16.

#include <signal.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/testing/raw_server.h"
#include "services/runner/testing/runner_fixture.h"

namespace kozmic::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using v1::FinishJobRequest;

class RunnerCancelTest : public RunnerTest {
 protected:
  // With heartbeats so rare that only a hint is in time.
  void SetUp() override {
    RunnerTest::SetUp();
    build_.set_renew_seconds(1000);
  }
  void StartIdle() {
    StartRunner();
    ASSERT_TRUE(build_.WaitForWatches(1, kPatience));
  }
  FinishJobRequest Cancel(const std::string& attempt) {
    const absl::Time begun = absl::Now();
    build_.SetVerdict(attempt, v1::RenewLeasesResponse::VERDICT_CANCEL);
    build_.Hint();
    const FinishJobRequest end = WaitForEnd(attempt);
    EXPECT_LT(absl::Now() - begun, kPatience / 2);
    return end;
  }
};

TEST_F(RunnerCancelTest, DuringThePull) {
  // A registry that takes connections and says nothing.
  RawServer silent(&RawServer::WaitForClose);
  StartIdle();
  v1::JobSpec spec = Spec("echo never\n");
  spec.set_image(absl::StrCat("127.0.0.1:", silent.port(), "/image:1"));
  const std::string attempt = build_.Enqueue(spec);
  ASSERT_TRUE(WaitForLine("Pulling"));
  EXPECT_EQ(Cancel(attempt).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerCancelTest, DuringTheFetch) {
  build_.HoldCheckouts(true);
  StartIdle();
  const std::string attempt = build_.Enqueue(Spec("echo never\n"));
  ASSERT_TRUE(build_.WaitForCheckouts(1, kPatience));
  EXPECT_EQ(Cancel(attempt).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  EXPECT_EQ(Log(), Pulling());
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerCancelTest, DuringGitsWork) {
  RawServer silent(&RawServer::WaitForClose);
  v1::IssueCheckoutResponse checkout;
  checkout.set_clone_url(absl::StrCat("http://127.0.0.1:", silent.port(), "/r"));
  build_.set_checkout(checkout);
  clone_url_prefixes_ = {absl::StrCat("http://127.0.0.1:", silent.port())};
  StartIdle();
  const std::string attempt = build_.Enqueue(Spec("echo never\n"));
  ASSERT_TRUE(build_.WaitForCheckouts(1, kPatience));
  EXPECT_EQ(Cancel(attempt).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerCancelTest, DuringTheInstallScript) {
  StartIdle();
  v1::JobSpec spec = Spec("echo never\n");
  spec.set_install_script("#!/bin/sh\necho one\nsleep 1000\n");
  const std::string attempt = build_.Enqueue(spec);
  ASSERT_TRUE(WaitForLine("one\n"));
  EXPECT_EQ(Cancel(attempt).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  EXPECT_EQ(Log(), Pulling() + "Running install script...\none\n");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerCancelTest, DuringTheScriptWithAllThatItStarted) {
  StartIdle();
  const std::string attempt =
      build_.Enqueue(Spec("#!/bin/sh\n(trap '' TERM; sleep 1000) &\necho one\nsleep 1000\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  EXPECT_EQ(Cancel(attempt).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  EXPECT_EQ(Log(), Pulling() + "one\n");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerCancelTest, AfterTheScriptItsOwnEndIsReported) {
  StartIdle();
  const std::string attempt = build_.Enqueue(
      Spec("#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\necho two\nexit 3\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  // Its last bytes cannot be stored yet.
  logstream_.SetAway(true);
  Give("go");
  const absl::Time deadline = absl::Now() + kPatience;
  while (Text(folder_ + "/runner.log").find("job ended") == std::string::npos &&
         absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  const int renewals = build_.renewals();
  build_.SetVerdict(attempt, v1::RenewLeasesResponse::VERDICT_CANCEL);
  build_.Hint();
  while (build_.renewals() == renewals && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  logstream_.SetAway(false);
  const FinishJobRequest end = WaitForEnd(attempt);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED);
  EXPECT_EQ(end.exit_code(), 3);
  EXPECT_EQ(Log(), Pulling() + "one\ntwo\n");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerCancelTest, ComesWithTheHeartbeatFromAServerThatGivesNoHints) {
  build_.set_renew_seconds(1);
  build_.KnowWatchSession(false);
  StartIdle();
  const std::string attempt = build_.Enqueue(Spec("#!/bin/sh\necho one\nsleep 1000\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  EXPECT_EQ(Cancel(attempt).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  EXPECT_EQ(build_.watches(), 1);
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerCancelTest, WhileTheRunnerIsAwayIsHeardWhenItIsBack) {
  StartIdle();
  const std::string attempt = build_.Enqueue(Spec("#!/bin/sh\necho one\nsleep 1000\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  build_.SetVerdict(attempt, v1::RenewLeasesResponse::VERDICT_CANCEL);
  StartRunner();
  EXPECT_EQ(WaitForEnd(attempt).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerCancelTest, IsNoSuccessThoughTheRunnerIsKilledMeanwhile) {
  StartIdle();
  const std::string attempt = build_.Enqueue(
      Spec("#!/bin/sh\ntrap 'echo bye' TERM\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  build_.SetVerdict(attempt, v1::RenewLeasesResponse::VERDICT_CANCEL);
  build_.Hint();
  ASSERT_TRUE(WaitForLine("bye\n"));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  // The service has forgotten, say; the runner has not.
  build_.SetVerdict(attempt, v1::RenewLeasesResponse::VERDICT_CONTINUE);
  Give("go");
  StartRunner();
  EXPECT_EQ(WaitForEnd(attempt).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerCancelTest, P21TellsItsLabelsWhenItStarts) {
  StartIdle();
  EXPECT_THAT(build_.session_request().labels(), ElementsAre("linux", "test"));
  EXPECT_EQ(build_.session_request().slots(), 2);
}

TEST_F(RunnerCancelTest, StartThatWaitsForTheBuildServiceEndsAtOnceWhenAskedTo) {
  server_->Stop(absl::ZeroDuration());
  StartRunner();
  // From then on it pauses for 2.5 s and more.
  ASSERT_TRUE(Eventually([this] { return TimesLogged("trying again") >= 6; }));
  const absl::Time begun = absl::Now();
  runner_->Signal(SIGTERM);
  EXPECT_EQ(runner_->Wait(kPatience), 1);
  EXPECT_LT(absl::Now() - begun, absl::Seconds(2));
}

}  // namespace
}  // namespace kozmic::runner
