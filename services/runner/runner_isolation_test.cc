// The profile `isolated`, with Debian's gVisor (package runsc): a kernel of each container's own.

#include <signal.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/testing/docker_daemon.h"
#include "services/runner/testing/runner_fixture.h"

namespace kozmic::runner {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using v1::FinishJobRequest;

// Its own network stack does not start in the test engine's namespace, nor KVM on every machine.
constexpr char kEngine[] =
    R"({"runtimes": {"runsc": {"path": "/usr/bin/runsc",
        "runtimeArgs": ["--network=host", "--platform=ptrace"]}}})";
constexpr char kIsolated[] = "job_profile: isolated\njob_runtime: runsc\n";
constexpr char kOwnKernel[] = "Starting gVisor...\n";

class RunnerIsolationTest : public RunnerTest {
 protected:
  void SetUp() override {
    RunnerTest::SetUp();
    if (HasFatalFailure()) return;
    auto engine = DockerDaemon::Start(kEngine);
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
    engine_host_ = engine_->host();
    const std::string repository = image_.substr(0, image_.rfind(':'));
    // gVisor's /tmp is in memory: what an install script leaves there is in no image.
    const std::string tar = SmallImage().Folder("opt", 01777).Bytes();
    ASSERT_TRUE(ImportImageInto(engine_->client(), repository, "1", tar).ok());
  }
  ~RunnerIsolationTest() override { runner_.reset(); }

  std::unique_ptr<DockerDaemon> engine_;
};

TEST_F(RunnerIsolationTest, P17JobsRunOnAKernelOfTheirOwn) {
  StartRunner(kIsolated);
  v1::IssueCheckoutResponse checkout = Checkout();
  (*checkout.mutable_secrets())["TOKEN"] = "s3cr3t-and-long";
  build_.set_checkout(checkout);
  const FinishJobRequest end =
      Run(Spec("#!/bin/sh\ndmesg | sed -n 's/.*\\(Starting gVisor.*\\)/\\1/p'\nid -un; cat file\n"
               "echo $TOKEN\nexit 3\n"));
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED) << end.reason();
  EXPECT_EQ(end.exit_code(), 3);
  EXPECT_THAT(Log(), EndsWith(absl::StrCat(kOwnKernel, "kozmic\ncontent\n***************\n")));
}

TEST_F(RunnerIsolationTest, P17InstallScriptsDoToo) {
  StartRunner(kIsolated);
  v1::JobSpec spec = Spec("#!/bin/sh\ncat /opt/installed\n");
  spec.set_install_script(
      "#!/bin/sh\ndmesg | sed -n 's/.*\\(Starting gVisor.*\\)/\\1/p' > /opt/installed\n");
  EXPECT_EQ(Run(spec).exit_code(), 0);
  EXPECT_THAT(Log(), EndsWith(kOwnKernel));
  EXPECT_EQ(Run(spec).exit_code(), 0);
  EXPECT_THAT(Log(2), HasSubstr("Skipping install script"));
  EXPECT_THAT(Log(2), EndsWith(kOwnKernel));
}

TEST_F(RunnerIsolationTest, P17ForksAloneCanBeIsolated) {
  StartRunner("fork_profile: isolated\njob_runtime: runsc\n");
  v1::JobSpec spec = Spec("#!/bin/sh\ndmesg | grep -c gVisor\nexit 0\n");
  EXPECT_EQ(Run(spec).exit_code(), 0);
  EXPECT_THAT(Log(), EndsWith("\n0\n"));
  spec.set_fork(true);
  EXPECT_EQ(Run(spec).exit_code(), 0);
  EXPECT_THAT(Log(2), EndsWith("\n1\n"));
}

TEST_F(RunnerIsolationTest, N5IsolatedJobIsAdoptedAndCancelled) {
  StartRunner(kIsolated);
  const std::string attempt =
      build_.Enqueue(Spec("#!/bin/sh\ntrap 'echo bye; exit 0' TERM\necho one\n"
                          "while :; do sleep 0.05; done\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  runner_->Signal(SIGKILL);
  ASSERT_EQ(runner_->Wait(kPatience), 137);
  StartRunner(kIsolated);
  ASSERT_TRUE(build_.WaitForWatches(1, kPatience));
  build_.SetVerdict(attempt, v1::RenewLeasesResponse::VERDICT_CANCEL);
  build_.Hint();
  EXPECT_EQ(WaitForEnd(attempt).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  EXPECT_THAT(Log(), EndsWith("bye\n"));
}

TEST_F(RunnerIsolationTest, UnknownRuntimeIsToldAtTheStart) {
  StartRunner("job_profile: isolated\njob_runtime: kata\n");
  EXPECT_NE(runner_->Wait(kPatience), 0);
  EXPECT_THAT(Text(folder_ + "/runner.log"), HasSubstr("knows no container runtime"));
}

}  // namespace
}  // namespace kozmic::runner
