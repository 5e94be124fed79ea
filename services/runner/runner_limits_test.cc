// The runner's program ends jobs that take too long (row P16) or fall silent (row K46), in time and
// whatever else hangs.

#include <signal.h>

#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/testing/docker_daemon.h"
#include "lib/testing/raw_server.h"
#include "services/runner/testing/runner_fixture.h"

namespace kozmic::runner {
namespace {

using ::testing::EndsWith;
using ::testing::Not;
using v1::FinishJobRequest;

constexpr char kStalled[] = "Sorry, your script has stalled and been killed.\n";
// Limits count from before anything is prepared: enough for a busy machine to get to the script...
constexpr int kSeconds = 10;
// ...and where there is no script to get to.
constexpr int kFewSeconds = 3;
// A second is promised; for a machine that is busy.
constexpr absl::Duration kTolerance = absl::Seconds(5);
// Writes all the time.
constexpr char kChatty[] = "#!/bin/sh\nwhile :; do echo on; sleep 0.1; done\n";
// Ends when it is told to, and only then.
constexpr char kWaiting[] = "#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\n";

class RunnerLimitsTest : public RunnerTest {
 protected:
  static std::string TimedOut(int seconds) {
    return absl::StrCat("The job was ended after ", seconds, " s, its time limit.");
  }
  v1::JobSpec Limited(const std::string& script, int timeout, int stall_timeout) {
    v1::JobSpec spec = Spec(script);
    spec.set_timeout_seconds(timeout);
    spec.set_stall_timeout_seconds(stall_timeout);
    return spec;
  }
  std::string Enqueue(const v1::JobSpec& spec) {
    begun_ = absl::Now();
    return build_.Enqueue(spec);
  }
  // That the job has just ended, so many seconds after it was enqueued, for which the runner
  // waited.
  void ExpectExact(int seconds) {
    EXPECT_GE(absl::Now() - begun_, absl::Seconds(seconds));
    EXPECT_LE(absl::Now() - begun_, absl::Seconds(seconds) + kTolerance);
  }
  // The same since its first line was seen, which was a moment after it was written.
  FinishJobRequest ExpectSilence(const std::string& attempt, const std::string& line, int seconds) {
    EXPECT_TRUE(WaitForLine(line));
    begun_ = absl::Now();
    FinishJobRequest end = WaitForEnd(attempt);
    EXPECT_GE(absl::Now() - begun_, absl::Seconds(seconds) - kTolerance);
    EXPECT_LE(absl::Now() - begun_, absl::Seconds(seconds) + kTolerance);
    return end;
  }
  void Kill() {
    runner_->Signal(SIGKILL);
    ASSERT_EQ(runner_->Wait(kPatience), 137);
  }
  // So much of it that any limit of the first job's is over when its runner comes back.
  void LetTimePass() {
    const std::string granted = job_folder() + "/granted";
    ASSERT_THAT(Text(granted), Not(testing::IsEmpty()));
    std::ofstream(granted) << "- 0 0\n";
  }
  // Until the runner waits for jobs.
  void StartIdle() {
    StartRunner();
    ASSERT_TRUE(build_.WaitForWatches(1, kPatience));
  }

  absl::Time begun_;
};

TEST_F(RunnerLimitsTest, P16TotalTimeEndsAScriptThatGoesOn) {
  StartIdle();
  const FinishJobRequest end = WaitForEnd(Enqueue(Limited(kChatty, kSeconds, 60)));
  ExpectExact(kSeconds);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_TIMED_OUT);
  EXPECT_EQ(end.reason(), TimedOut(kSeconds));
  EXPECT_THAT(Log(), EndsWith(absl::StrCat("on\n", TimedOut(kSeconds), "\n")));
  EXPECT_EQ(end.log_size(), static_cast<int64_t>(Log().size()));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerLimitsTest, K46SilentScriptIsKilledAndTheLogSaysSo) {
  StartIdle();
  const FinishJobRequest end =
      ExpectSilence(Enqueue(Limited("#!/bin/sh\nprintf 'no newline'\nsleep 1000\n", 60, kSeconds)),
                    "no newline", kSeconds);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_STALLED);
  EXPECT_EQ(end.reason(), "The script wrote nothing for 10 s and was killed.");
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), "no newline\n", kStalled));
  EXPECT_TRUE(NothingIsLeft());
}

// Threat model: by profile, a script has no way back to root.
TEST_F(RunnerLimitsTest, ProfilesRefuseNewPrivileges) {
  const std::string script = "#!/bin/sh\ngrep NoNewPrivs /proc/self/status\n";
  v1::JobSpec fork = Spec(script);
  fork.set_fork(true);
  StartRunner();
  EXPECT_EQ(Run(Spec(script)).exit_code(), 0);
  EXPECT_EQ(Run(fork).exit_code(), 0);
  runner_->Signal(SIGTERM);
  EXPECT_EQ(runner_->Wait(kPatience), 0);
  StartRunner("job_profile: hardened\nfork_profile: compat\n");
  EXPECT_EQ(Run(Spec(script)).exit_code(), 0);
  for (const auto& [job, expected] : {std::pair(1, "0"), std::pair(2, "1"), std::pair(3, "1")}) {
    EXPECT_EQ(Log(job), absl::StrCat(Pulling(), "NoNewPrivs:\t", expected, "\n")) << job;
  }
}

TEST_F(RunnerLimitsTest, K46SilentInstallScriptIsKilledToo) {
  StartIdle();
  v1::JobSpec spec = Limited("echo never\n", 60, kSeconds);
  spec.set_install_script("#!/bin/sh\necho installing\nsleep 1000\n");
  EXPECT_EQ(WaitForEnd(Enqueue(spec)).outcome(), FinishJobRequest::OUTCOME_STALLED);
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), "Running install script...\ninstalling\n", kStalled));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerLimitsTest, K46TermComesFirstAndTheLastWordIsOurs) {
  StartIdle();
  const FinishJobRequest end = WaitForEnd(Enqueue(
      Limited("#!/bin/sh\ntrap 'echo bye; exit 0' TERM\necho one\nwhile :; do sleep 0.02; done\n",
              60, kSeconds)));
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_STALLED) << "whatever its exit code is";
  EXPECT_THAT(Log(), EndsWith(absl::StrCat("bye\n", kStalled)));
}

TEST_F(RunnerLimitsTest, K46ScriptThatIgnoresTermIsKilledAfterTenSeconds) {
  StartIdle();
  const FinishJobRequest end = ExpectSilence(
      Enqueue(Limited("#!/bin/sh\ntrap '' TERM\necho one\nwhile :; do sleep 0.02; done\n", 60,
                      kSeconds)),
      "one\n", kSeconds + 10);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_STALLED);
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), "one\n", kStalled));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerLimitsTest, P16CountsThePull) {
  // A registry that takes connections and says nothing.
  RawServer silent(&RawServer::WaitForClose);
  StartIdle();
  v1::JobSpec spec = Limited("echo never\n", kFewSeconds, 1);
  spec.set_image(absl::StrCat("127.0.0.1:", silent.port(), "/image:1"));
  const FinishJobRequest end = WaitForEnd(Enqueue(spec));
  ExpectExact(kFewSeconds);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_TIMED_OUT);
  EXPECT_THAT(Log(), EndsWith(absl::StrCat(TimedOut(kFewSeconds), "\n")));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerLimitsTest, P16CountsTheFetchAlsoWhenTheBuildServiceHangs) {
  build_.HoldCheckouts(true);
  StartIdle();
  const FinishJobRequest end = WaitForEnd(Enqueue(Limited("echo never\n", kFewSeconds, 1)));
  ExpectExact(kFewSeconds);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_TIMED_OUT);
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), TimedOut(kFewSeconds), "\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerLimitsTest, P16IsInTimeWhenTheEngineHangs) {
  auto engine = DockerDaemon::Start();
  ASSERT_TRUE(engine.ok()) << engine.status();
  engine_host_ = (*engine)->host();
  const std::string repository = image_.substr(0, image_.rfind(':'));
  ASSERT_TRUE(ImportImageInto((*engine)->client(), repository, "1", SmallImage().Bytes()).ok());
  StartIdle();
  const std::string folder = engine_host_.substr(7, engine_host_.rfind('/') - 7);
  const pid_t pid = std::stoi(Text(folder + "/pid"));
  // Before the script...
  build_.HoldCheckouts(true);
  std::string attempt = Enqueue(Limited("echo never\n", kFewSeconds, 60));
  ASSERT_TRUE(build_.WaitForCheckouts(1, kPatience));
  kill(pid, SIGSTOP);
  build_.HoldCheckouts(false);
  EXPECT_EQ(WaitForEnd(attempt).outcome(), FinishJobRequest::OUTCOME_TIMED_OUT);
  ExpectExact(kFewSeconds);
  kill(pid, SIGCONT);
  ASSERT_TRUE(NothingIsLeft());
  // ...and during it.
  attempt = Enqueue(Limited(kChatty, kSeconds, 60));
  ASSERT_TRUE(logstream_.WaitForLog("logs/1-1-2-1", kPatience, [](const std::string& log) {
    return log.find("on\n") != std::string::npos;
  }));
  kill(pid, SIGSTOP);
  EXPECT_EQ(WaitForEnd(attempt).outcome(), FinishJobRequest::OUTCOME_TIMED_OUT);
  ExpectExact(kSeconds);
  kill(pid, SIGCONT);
  EXPECT_TRUE(NothingIsLeft());
  EXPECT_TRUE((*engine)->client().ListContainers("")->empty());
  runner_.reset();
}

TEST_F(RunnerLimitsTest, P16CountsOnWhileTheRunnerIsRestarted) {
  StartIdle();
  const std::string attempt = Enqueue(Limited(kWaiting, 1000, 0));
  ASSERT_TRUE(WaitForLine("one\n"));
  Kill();
  LetTimePass();
  StartRunner();
  const FinishJobRequest end = WaitForEnd(attempt);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_TIMED_OUT);
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), "one\n", TimedOut(1000), "\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerLimitsTest, P16OwnEndCountsThoughTheRunnerWasAwayAtTheLimit) {
  StartIdle();
  const std::string attempt = Enqueue(Limited(kWaiting, 1000, 1000));
  ASSERT_TRUE(WaitForLine("one\n"));
  Kill();
  Give("go");
  LetTimePass();
  ASSERT_TRUE(Eventually([this] { return !Text(job_folder() + "/job/exit").empty(); }));
  StartRunner();
  const FinishJobRequest end = WaitForEnd(attempt);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED);
  EXPECT_EQ(end.exit_code(), 0);
  EXPECT_EQ(Log(), Pulling() + "one\n");
}

TEST_F(RunnerLimitsTest, P16ScriptThatWasToldToEndIsNoSuccessThoughTheRunnerIsKilled) {
  StartIdle();
  const std::string attempt = Enqueue(Limited(
      "#!/bin/sh\ntrap 'echo bye' TERM\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\nexit 0\n",
      kSeconds, 0));
  ASSERT_TRUE(WaitForLine("bye\n"));
  Kill();
  Give("go");
  StartRunner();
  EXPECT_EQ(WaitForEnd(attempt).outcome(), FinishJobRequest::OUTCOME_TIMED_OUT);
  EXPECT_TRUE(NothingIsLeft());
}

}  // namespace
}  // namespace kozmic::runner
