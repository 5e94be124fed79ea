// The runner's program on a Docker engine that is killed under it, or hangs.

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "kozmic/runner/v1/runner.grpc.pb.h"
#include "lib/rpc/client.h"
#include "lib/testing/docker_daemon.h"
#include "services/runner/testing/runner_fixture.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::StartsWith;
using v1::FinishJobRequest;

class EngineTest : public RunnerTest {
 protected:
  void StartJob(const std::string& script, const std::string& settings = "") {
    auto engine = DockerDaemon::Start();
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
    engine_host_ = engine_->host();
    const std::string repository = image_.substr(0, image_.rfind(':'));
    ASSERT_TRUE(ImportImageInto(engine_->client(), repository, "1", SmallImage().Bytes()).ok());
    StartRunner(settings);
    attempt_ = build_.Enqueue(Spec(script));
    ASSERT_TRUE(WaitForLine("one\n"));
    // Only then has it noted the start.
    const absl::Time deadline = absl::Now() + kPatience;
    while (container_.empty() && absl::Now() < deadline) {
      // Not one that waits for another job.
      const auto containers = engine_->client().ListContainers("kozmic.attempt");
      ASSERT_TRUE(containers.ok() && containers->size() == 1);
      const auto info = engine_->client().InspectContainer(containers->front().id);
      if (info.ok() && info->running) container_ = info->id;
    }
  }
  // While the job's script is at work.
  void KillEngine() {
    engine_->Kill();
    ASSERT_FALSE(build_.WaitForFinish(attempt_, absl::Seconds(1)).has_value());
  }
  void StartEngineAgain() {
    const absl::Status restarted = engine_->Restart();
    ASSERT_TRUE(restarted.ok()) << restarted;
  }
  ~EngineTest() override { runner_.reset(); }

  bool ProcessRuns(const std::string& command) {
    std::error_code gone;
    for (const auto& process : fs::directory_iterator("/proc", gone)) {
      const std::string line = Text(process.path().string() + "/cmdline");
      if (absl::StrReplaceAll(line, {{std::string(1, '\0'), " "}}) == command + " ") return true;
    }
    return false;
  }

  // What the runner's administrator and its health check are told.
  absl::StatusOr<v1::GetStatusResponse> Status() const {
    const auto stub =
        v1::RunnerAdminService::NewStub(MakeChannel(absl::StrCat("127.0.0.1:", admin_port_)));
    return Call<v1::RunnerAdminService::Stub, v1::GetStatusRequest, v1::GetStatusResponse>(
        *stub, &v1::RunnerAdminService::Stub::GetStatus, {}, kRunnerToken, absl::Seconds(20));
  }
  std::string Unfit() const {
    const auto status = Status();
    return status.ok() ? status->unfit() : status.status().ToString();
  }
  bool HasJob(const std::string& attempt) const {
    const auto status = Status();
    EXPECT_TRUE(status.ok()) << status.status();
    return status.ok() && std::any_of(status->jobs().begin(), status->jobs().end(),
                                      [&](const auto& job) { return job.attempt() == attempt; });
  }
  bool Serves() const {
    const auto stub =
        grpc::health::v1::Health::NewStub(MakeChannel(absl::StrCat("127.0.0.1:", admin_port_)));
    grpc::ClientContext context;
    PrepareCall(context, absl::Now() + absl::Seconds(20), "");
    grpc::health::v1::HealthCheckResponse response;
    return stub->Check(&context, {}, &response).ok() &&
           response.status() == grpc::health::v1::HealthCheckResponse::SERVING;
  }

  std::unique_ptr<DockerDaemon> engine_;
  std::string attempt_;
  std::string container_;
};

using KilledEngineTest = EngineTest;
using HungEngineTest = EngineTest;

TEST_F(KilledEngineTest, IsWaitedFor) {
  StartJob("#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\necho two\nexit 5\n");
  KillEngine();
  StartEngineAgain();
  Give("go");
  const FinishJobRequest end = WaitForEnd(attempt_);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED) << engine_->Log();
  EXPECT_EQ(end.exit_code(), 5);
  EXPECT_THAT(Log(), EndsWith("using the image as it is here.\none\ntwo\n"));
  EXPECT_TRUE(NothingIsLeft());
  EXPECT_TRUE(engine_->client().ListContainers("")->empty());
}

TEST_F(KilledEngineTest, ThatForgotTheContainerLeavesNoScriptRunning) {
  const std::string command = absl::StrCat("sleep 9000.", getpid());
  StartJob("#!/bin/sh\necho one\nexec " + command + "\n");
  KillEngine();
  EXPECT_TRUE(ProcessRuns(command));
  engine_->Forget(container_);
  StartEngineAgain();
  const FinishJobRequest end = WaitForEnd(attempt_);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_ERROR);
  EXPECT_EQ(end.reason(), "The container was lost: its exit code was not witnessed.");
  EXPECT_TRUE(Eventually([&] { return !ProcessRuns(command); }));
  EXPECT_TRUE(NothingIsLeft());
  EXPECT_TRUE(engine_->client().ListContainers("")->empty());
}

// Containers that wait for jobs are not relied on once their engine was away.
TEST_F(KilledEngineTest, OneThatWaitedForAJobIsReplaced) {
  StartJob("#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\n", "warm_containers: 1\n");
  Give("go");
  EXPECT_EQ(WaitForEnd(attempt_).exit_code(), 0);
  const auto waiting = [&]() -> std::string {
    const auto containers = engine_->client().ListContainers("");
    if (!containers.ok() || containers->size() != 1) return "";
    const auto info = engine_->client().InspectContainer(containers->front().id);
    return info.ok() && info->running && info->id != container_ ? info->id : "";
  };
  ASSERT_TRUE(Eventually([&] { return !waiting().empty(); }));
  const std::string first = waiting();
  engine_->Kill();
  StartEngineAgain();
  EXPECT_TRUE(Eventually([&] { return !waiting().empty() && waiting() != first; }, 2 * kPatience));
  EXPECT_EQ(WaitForEnd(build_.Enqueue(Spec("echo two\n"))).exit_code(), 0);
  runner_->Signal(SIGTERM);
  EXPECT_EQ(runner_->Wait(kPatience), 0);
  EXPECT_TRUE(engine_->client().ListContainers("")->empty());
}

// Fault matrix, "host reboot": nothing of the job goes on, and no exit code was witnessed.
TEST_F(KilledEngineTest, RebootedMachineEndsTheJobByNameAndKeepsNothing) {
  StartJob("#!/bin/sh\necho one\nsleep 4322\n");
  if (HasFatalFailure()) return;
  runner_->Signal(SIGKILL);
  ASSERT_EQ(runner_->Wait(kPatience), 137);
  engine_->KillWithContainers();
  ASSERT_FALSE(ProcessRuns("sleep 4322"));
  StartEngineAgain();
  StartRunner();
  const FinishJobRequest end = WaitForEnd(attempt_);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_ERROR);
  EXPECT_EQ(end.reason(), "The container was lost: its exit code was not witnessed.");
  EXPECT_THAT(Log(), EndsWith("one\n"));
  EXPECT_TRUE(NothingIsLeft());
  EXPECT_TRUE(engine_->client().ListContainers("")->empty());
}

// Fault matrix, "dockerd hung": unhealthy within 30 s, no new jobs; the lease is kept.
TEST_F(HungEngineTest, IsToldGetsNoMoreJobsAndHarmsNoneThatRuns) {
  StartJob("#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\necho two\nexit 5\n");
  EXPECT_EQ(Unfit(), "");
  EXPECT_TRUE(Serves());
  engine_->Pause();
  EXPECT_TRUE(Eventually([&] { return !Serves(); }));
  EXPECT_THAT(Unfit(), StartsWith("The Docker engine does not answer: "));
  const std::string second = build_.Enqueue(Spec("#!/bin/sh\necho never mind\n"));
  Give("go");
  // The script is no concern of the engine's.
  ASSERT_TRUE(WaitForLine("two\n"));
  EXPECT_EQ(build_.PhaseOf(attempt_), v1::PHASE_SCRIPT);
  EXPECT_FALSE(HasJob(second));
  engine_->Resume();
  EXPECT_EQ(WaitForEnd(attempt_).exit_code(), 5);
  EXPECT_EQ(WaitForEnd(second).outcome(), FinishJobRequest::OUTCOME_EXITED);
  EXPECT_TRUE(Eventually([&] { return Serves(); }));
  EXPECT_EQ(Unfit(), "");
  EXPECT_TRUE(NothingIsLeft());
}

}  // namespace
}  // namespace kozmic::runner
