// The runner's program with an install script. Row K44.

#include <signal.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runner/testing/runner_fixture.h"

namespace kozmic::runner {
namespace {

using ::testing::EndsWith;
using v1::FinishJobRequest;

class RunnerInstallTest : public RunnerTest {
 protected:
  v1::JobSpec SpecWith(const std::string& install, const std::string& script) {
    v1::JobSpec spec = Spec(script);
    spec.set_install_script(install);
    return spec;
  }
};

TEST_F(RunnerInstallTest, RunsFirstInTheSameContainerAndLog) {
  StartRunner();
  const FinishJobRequest end =
      Run(SpecWith("#!/bin/sh\necho installing; cat file; echo here > /tmp/installed\n",
                   "#!/bin/sh\ncat /tmp/installed\n"));
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED);
  EXPECT_EQ(end.exit_code(), 0);
  EXPECT_EQ(end.reason(), "");
  EXPECT_EQ(Log(), Pulling() + "installing\ncontent\nhere\n");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerInstallTest, FailureEndsTheJobWithItsCode) {
  StartRunner();
  const FinishJobRequest end =
      Run(SpecWith("#!/bin/sh\necho no such package\nexit 4\n", "#!/bin/sh\necho never\n"));
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED);
  EXPECT_EQ(end.exit_code(), 4);
  EXPECT_EQ(end.reason(), "The install script exited with 4.");
  EXPECT_EQ(Log(), Pulling() + "no such package\n");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerInstallTest, OutOfMemoryIsNamed) {
  StartRunner("job_memory_mb: 32\n");
  const FinishJobRequest end = Run(SpecWith("#!/bin/sh\nexec tail /dev/zero\n", "echo never\n"));
  EXPECT_EQ(end.exit_code(), 137);
  EXPECT_EQ(end.reason(), "The install script ran out of memory (32 MiB) and was killed.");
  EXPECT_THAT(Log(), EndsWith(end.reason() + "\n"));
}

TEST_F(RunnerInstallTest, GoesOnWhenTheRunnerIsKilledAndRunsOnce) {
  StartRunner();
  const std::string attempt = build_.Enqueue(
      SpecWith("#!/bin/sh\necho installing\nwhile [ ! -e go ]; do sleep 0.02; done\n",
               "#!/bin/sh\necho building\n"));
  ASSERT_TRUE(WaitForLine("installing\n"));
  EXPECT_EQ(build_.PhaseOf(attempt), v1::PHASE_SCRIPT) << "a lost runner's job must not run again";
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  Give("go");
  StartRunner();
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_EQ(Log(), Pulling() + "installing\nbuilding\n");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerInstallTest, DoesNotRunAgainWhenItsContainerIsLostToo) {
  StartRunner();
  const std::string attempt =
      build_.Enqueue(SpecWith("#!/bin/sh\necho installing\nsleep 1000\n", "echo never\n"));
  ASSERT_TRUE(WaitForLine("installing\n"));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  const auto containers = docker().ListContainers("kozmic.runner=" + name_);
  ASSERT_TRUE(containers.ok() && containers->size() == 1);
  ASSERT_TRUE(docker().RemoveContainer(containers->front().id).ok());
  StartRunner();
  const FinishJobRequest end = WaitForEnd(attempt);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_ERROR);
  EXPECT_EQ(Log(), Pulling() + "installing\n");
}

TEST_F(RunnerInstallTest, CancelEndsIt) {
  StartRunner();
  const std::string attempt = build_.Enqueue(
      SpecWith("#!/bin/sh\ntrap 'echo bye; exit 0' TERM\necho one\nwhile :; do sleep 0.02; done\n",
               "echo never\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  build_.SetVerdict(attempt, v1::RenewLeasesResponse::VERDICT_CANCEL);
  EXPECT_EQ(WaitForEnd(attempt).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  EXPECT_THAT(Log(), EndsWith("bye\n"));
  EXPECT_TRUE(NothingIsLeft());
}

}  // namespace
}  // namespace kozmic::runner
