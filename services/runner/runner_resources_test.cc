// Row P17: a job that takes more than it may ends with a reason of its own, and its neighbours run
// on.

#include <signal.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runner/testing/runner_fixture.h"

namespace kozmic::runner {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using v1::FinishJobRequest;

constexpr char kLimit[] = "job_disk_mb: 20\n";
constexpr char kReason[] =
    "The job was ended because it wrote more than 20 MiB to the disk, this runner's limit "
    "(job_disk_mb).";
constexpr char kThenWaits[] = "\necho written\nsleep 1000\n";

class RunnerResourcesTest : public RunnerTest {
 protected:
  void ExpectEnded(const std::string& script, const std::string& attempt_log) {
    v1::JobSpec spec = Spec(absl::StrCat("#!/bin/sh\n", script, kThenWaits));
    const FinishJobRequest end = Run(spec);
    EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
    EXPECT_EQ(end.reason(), kReason);
    EXPECT_THAT(logstream_.Log(attempt_log), EndsWith(absl::StrCat(kReason, "\n")));
  }
};

TEST_F(RunnerResourcesTest, P17DiskFillerEndsAndItsNeighbourRunsOn) {
  StartRunner(kLimit);
  const std::string neighbour =
      build_.Enqueue(Spec("#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  // In the container, and in the repository's folder, which is another place.
  ExpectEnded("dd if=/dev/zero of=/tmp/big bs=1M count=40 2>/dev/null", "logs/1-1-2-1");
  ExpectEnded("dd if=/dev/zero of=big bs=1M count=40 2>/dev/null", "logs/1-1-3-1");
  Give("go");
  const FinishJobRequest end = WaitForEnd(neighbour);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED);
  EXPECT_EQ(end.exit_code(), 0);
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerResourcesTest, P17LimitHoldsForInstallScriptsAndAfterARestart) {
  StartRunner(kLimit);
  v1::JobSpec spec = Spec("#!/bin/sh\necho never\n");
  spec.set_install_script(
      absl::StrCat("#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\n"
                   "dd if=/dev/zero of=/tmp/big bs=1M count=40 2>/dev/null",
                   kThenWaits));
  const std::string attempt = build_.Enqueue(spec);
  ASSERT_TRUE(WaitForLine("one\n"));
  runner_->Signal(SIGKILL);
  ASSERT_EQ(runner_->Wait(kPatience), 137);
  StartRunner(kLimit);
  Give("go");
  const FinishJobRequest end = WaitForEnd(attempt);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_EQ(end.reason(), kReason);
  EXPECT_THAT(Log(), EndsWith(absl::StrCat(kReason, "\n")));
  EXPECT_TRUE(NothingIsLeft());
}

// Of processes: those that cannot be started are the script's to notice.
TEST_F(RunnerResourcesTest, P17ForkBombIsNamedAndItsNeighbourRunsOn) {
  StartRunner("job_pids: 40\n");
  const std::string neighbour =
      build_.Enqueue(Spec("#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  const FinishJobRequest bomb =
      Run(Spec("#!/bin/sh\nset -e\nbomb() { bomb | bomb & }\nbomb\nwait\n"
               "while :; do sleep 1 & done\n"));
  EXPECT_EQ(bomb.outcome(), FinishJobRequest::OUTCOME_EXITED);
  EXPECT_NE(bomb.exit_code(), 0);
  EXPECT_EQ(bomb.reason(),
            "Some processes could not be started: the script has as many as it may have "
            "(job_pids).");
  EXPECT_THAT(logstream_.Log("logs/1-1-2-1"), HasSubstr(bomb.reason()));
  Give("go");
  EXPECT_EQ(WaitForEnd(neighbour).exit_code(), 0);
  EXPECT_TRUE(NothingIsLeft());
}

}  // namespace
}  // namespace kozmic::runner
