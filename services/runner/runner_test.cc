// The runner's program on a real Docker engine, registry and git server; the build service and
// logstream are stood in for, over real sockets.

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kozmic/runner/v1/runner.grpc.pb.h"
#include "lib/rpc/client.h"
#include "services/runner/testing/runner_fixture.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using v1::FinishJobRequest;

constexpr char kRefused[] = R"("build service: failed; trying again","error":"UNAUTHENTICATED)";

class RunnerAdminTest : public RunnerTest {
 protected:
  absl::StatusOr<v1::GetStatusResponse> Status(absl::string_view token) {
    const auto stub =
        v1::RunnerAdminService::NewStub(MakeChannel(absl::StrCat("127.0.0.1:", admin_port_)));
    return Call<v1::RunnerAdminService::Stub, v1::GetStatusRequest, v1::GetStatusResponse>(
        *stub, &v1::RunnerAdminService::Stub::GetStatus, {}, token, absl::Seconds(20));
  }
};

// Bad input 80: off at first; when the project wants them, they are fetched before anything runs.
TEST_F(RunnerTest, SubmodulesAreThereWhenTheProjectWantsThem) {
  const std::string first = commit_;
  const std::string work = std::filesystem::path(git_->path()).parent_path().string() + "/work";
  std::ofstream(work + "/.gitmodules") << "[submodule \"me\"]\n\tpath = me\n\turl = ./\n";
  std::filesystem::create_directory(work + "/me");
  GitServer::Git(work, {"update-index", "--add", "--cacheinfo", "160000," + first + ",me"});
  commit_ = git_->Commit("main", {{"file", "newer\n"}});
  StartRunner();
  v1::JobSpec spec = Spec("#!/bin/sh\ncat file; ls me; [ ! -e me/file ] || cat me/file; id -un\n");
  EXPECT_EQ(Run(spec).exit_code(), 0);
  EXPECT_EQ(Log(1), Pulling() + "newer\nkozmic\n");
  spec.set_submodules(true);
  EXPECT_EQ(Run(spec).exit_code(), 0);
  EXPECT_EQ(Log(2), absl::StrCat(Pulling(), "Fetched the submodule me at ", first.substr(0, 7),
                                 ".\nnewer\nfile\ncontent\nkozmic\n"));

  std::ofstream(work + "/.gitmodules")
      << "[submodule \"me\"]\n\tpath = me\n\turl = https://evil.test/a/b\n";
  spec.set_commit(git_->Commit("main", {}));
  const FinishJobRequest end = Run(spec);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_EQ(end.reason(),
            "The commit could not be fetched: The submodule me (https://evil.test/a/b): only "
            "submodules at 127.0.0.1 are fetched.");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerTest, RunsTheScriptAtItsCommit) {
  StartRunner();
  const FinishJobRequest end = Run(
      Spec("#!/bin/sh\nid -un; pwd; cat file; echo $KOZMIC_BRANCH $CI $KOZMIC\ncat .git/HEAD\n"));
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED);
  EXPECT_EQ(end.exit_code(), 0);
  EXPECT_EQ(Log(),
            Pulling() + "kozmic\n/kozmic/src\ncontent\nmain true true\nref: refs/heads/main\n");
  EXPECT_EQ(end.log_size(), static_cast<int64_t>(Log().size()));
  EXPECT_TRUE(end.has_script_start_time());
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerTest, TellsAScriptsExitCode) {
  StartRunner();
  const FinishJobRequest end = Run(Spec("#!/bin/sh\necho no >&2\nexit 3\n"));
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED);
  EXPECT_EQ(end.exit_code(), 3);
  EXPECT_EQ(Log(), Pulling() + "no\n");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerTest, EveryByteOfALongLog) {
  StartRunner();
  const FinishJobRequest end = Run(Spec("#!/bin/sh\nseq 1 400000\n"));
  EXPECT_EQ(end.exit_code(), 0);
  std::string expected = Pulling();
  for (int i = 1; i <= 400000; ++i) absl::StrAppend(&expected, i, "\n");
  EXPECT_TRUE(Log() == expected) << Log().size() << " of " << expected.size() << " bytes";
}

TEST_F(RunnerTest, ManyJobsOnItsSlots) {
  StartRunner();
  std::vector<std::string> attempts;
  for (int i = 1; i <= 5; ++i) {
    attempts.push_back(build_.Enqueue(Spec(absl::StrCat("echo ", i, "\n"))));
  }
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(WaitForEnd(attempts[static_cast<size_t>(i - 1)]).exit_code(), 0);
    EXPECT_EQ(Log(i), absl::StrCat(Pulling(), i, "\n"));
  }
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerTest, K40BadInput66ImageThatIsNotThereFailsWithDockersWords) {
  StartRunner();
  v1::JobSpec spec = Spec("echo never\n");
  spec.set_image(registry_->address() + "/small:no-such-tag");
  const FinishJobRequest end = Run(spec);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_THAT(end.reason(), StartsWith(absl::StrCat("There is no image ", spec.image(), ".")));
  EXPECT_THAT(end.reason(), HasSubstr("no-such-tag not found"));
  EXPECT_EQ(Log(),
            absl::StrCat("Pulling \"", spec.image(), "\" Docker image...\n", end.reason(), "\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerTest, BadInput65HostileImageNameNeverReachesDocker) {
  StartRunner();
  v1::JobSpec spec = Spec("echo never\n");
  spec.set_image("x; id");
  const FinishJobRequest end = Run(spec);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_THAT(Log(), HasSubstr("is not a Docker image reference"));
}

TEST_F(RunnerTest, BadInput82CommitThatIsNotThereIsNamed) {
  StartRunner();
  v1::JobSpec spec = Spec("echo never\n");
  spec.set_commit(std::string(40, 'd'));
  const FinishJobRequest end = Run(spec);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_THAT(end.reason(), HasSubstr(spec.commit()));
  EXPECT_EQ(Log(), Pulling() + end.reason() + "\n");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerTest, LocalImageServesWhenTheRegistryIsAway) {
  registry_->Stop();
  StartRunner();
  const FinishJobRequest end = Run(Spec("echo hi\n"));
  EXPECT_EQ(end.exit_code(), 0);
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), "The registry ", registry_->address(),
                                " cannot be reached; using the image as it is here.\nhi\n"));
}

TEST_F(RunnerTest, NewerImageOfTheRegistryIsUsed) {
  // Somebody pushes another image; the one here is older.
  const auto reference = docker::ParseImageReference(image_);
  ASSERT_TRUE(
      ImportImage("kozmic-test/newer", "1", SmallImage().File("etc/newer", "newer image\n").Bytes())
          .ok());
  ASSERT_TRUE(docker().TagImage("kozmic-test/newer:1", *reference).ok());
  ASSERT_TRUE(docker().PushImage(*reference, nullptr, absl::Seconds(60), {}, nullptr).ok());
  ASSERT_TRUE(docker().TagImage(kSmallImage, *reference).ok());
  StartRunner();
  const FinishJobRequest end = Run(Spec("cat /etc/newer\n"));
  EXPECT_EQ(end.exit_code(), 0);
  EXPECT_THAT(Log(), EndsWith("newer image\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerTest, AdoptsItsContainerAfterKill) {
  StartRunner();
  const std::string attempt = build_.Enqueue(
      Spec("#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\nseq 1 1000\nexit 7\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  EXPECT_EQ(build_.PhaseOf(attempt), v1::PHASE_SCRIPT);
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  Give("go");

  StartRunner();
  const FinishJobRequest end = WaitForEnd(attempt);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED);
  EXPECT_EQ(end.exit_code(), 7);
  std::string expected = Pulling() + "one\n";
  for (int i = 1; i <= 1000; ++i) absl::StrAppend(&expected, i, "\n");
  EXPECT_EQ(Log(), expected);
  EXPECT_TRUE(NothingIsLeft());
}

// P22: what it was given is somebody else's by now.
TEST_F(RunnerTest, ARevokedRunnersContainersEndWhenItsProcessStartsAgain) {
  registered_ = true;
  StartRunner();
  build_.Enqueue(Spec("#!/bin/sh\necho one\nsleep 1000\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  runner_->Signal(SIGKILL);
  ASSERT_EQ(runner_->Wait(kPatience), 137);
  const std::string mine = absl::StrCat("kozmic.runner=", name_);
  ASSERT_EQ(docker().ListContainers(mine)->size(), 1u);

  build_.Revoke();
  StartRunner();
  EXPECT_TRUE(Eventually([&] { return docker().ListContainers(mine)->empty(); }));
  EXPECT_TRUE(Eventually([this] { return TimesLogged(kRefused) >= 1; })) << "it says why";
}

// Whoever has the installation's token may come back: their jobs go on meanwhile.
TEST_F(RunnerTest, ARefusedRunnerOfTheInstallationLeavesItsContainers) {
  StartRunner();
  build_.Enqueue(Spec("#!/bin/sh\necho one\nsleep 1000\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  runner_->Signal(SIGKILL);
  ASSERT_EQ(runner_->Wait(kPatience), 137);
  build_.Revoke();
  StartRunner();
  // Asked more than once: it goes on trying, and leaves them.
  EXPECT_TRUE(Eventually([this] { return TimesLogged(kRefused) >= 2; }));
  const std::string mine = absl::StrCat("kozmic.runner=", name_);
  const auto left = docker().ListContainers(mine);
  ASSERT_EQ(left->size(), 1u);
  EXPECT_TRUE(docker().RemoveContainer(left->front().id).ok());
}

TEST_F(RunnerTest, ReportsWhatEndedWhileItWasAway) {
  StartRunner();
  const std::string attempt = build_.Enqueue(
      Spec("#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\necho two\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  Give("go");
  ASSERT_TRUE(Eventually([this] { return fs::exists(job_folder() + "/job/exit"); }));

  StartRunner();
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_EQ(Log(), Pulling() + "one\ntwo\n");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerTest, BeginsAnewWhenKilledBeforeTheScript) {
  build_.HoldCheckouts(true);
  StartRunner();
  const std::string attempt = build_.Enqueue(Spec("echo ran\n"));
  ASSERT_TRUE(build_.WaitForCheckouts(1, kPatience));
  ASSERT_TRUE(WaitForLine("Pulling"));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  build_.HoldCheckouts(false);

  StartRunner();
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), "The runner was restarted; beginning anew.\n", Pulling(),
                                "ran\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerTest, ScriptNeverRunsTwiceWhateverItsRootRemoves) {
  for (const std::string lost : {"started", "log"}) {
    SCOPED_TRACE(lost);
    StartRunner();
    const std::string attempt = build_.Enqueue(Spec("#!/bin/sh\necho one\nsleep 1000\n"));
    const std::string id = lost == "started" ? "1" : "2";
    ASSERT_TRUE(logstream_.WaitForLog(
        absl::StrCat("logs/1-1-", id, "-1"), kPatience,
        [](const std::string& log) { return absl::StrContains(log, "one\n"); }));
    runner_->Signal(SIGKILL);
    EXPECT_EQ(runner_->Wait(kPatience), 137);
    std::vector<std::string> removed;
    for (const auto& folder : fs::directory_iterator(work())) {
      if (folder.is_directory() && fs::remove(folder.path() / "job" / lost))
        removed.push_back(folder.path());
    }
    ASSERT_EQ(removed.size(), 1u);

    StartRunner();
    const FinishJobRequest end = WaitForEnd(attempt);
    EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_ERROR);
    EXPECT_THAT(end.reason(), HasSubstr("damaged"));
    EXPECT_EQ(Log(id == "1" ? 1 : 2), Pulling() + "one\n");
    EXPECT_TRUE(NothingIsLeft());
  }
}

TEST_F(RunnerTest, LeavesAnotherRunnersContainersAlone) {
  docker::ContainerSpec spec;
  spec.image = std::string(kSmallImage);
  spec.entrypoint = {"/bin/sleep", "1000"};
  spec.labels = {{"kozmic.runner", name_ + "-other"}, {"kozmic.id", "1-1-1-1.1"}};
  std::vector<std::string> others;
  // By the name that a job of its had, and by the one that ours would have.
  for (const std::string& name :
       {"kozmic-" + name_ + "-other-1-1-1-1.1", "kozmic-" + name_ + "-1-1-1-1.1"}) {
    const auto id = docker().CreateContainer(spec, name);
    ASSERT_TRUE(id.ok()) << id.status();
    others.push_back(*id);
    ASSERT_TRUE(docker().StartContainer(*id).ok());
  }
  StartRunner();
  const FinishJobRequest refused = Run(Spec("echo hi\n"));
  EXPECT_EQ(refused.outcome(), FinishJobRequest::OUTCOME_ERROR);
  EXPECT_THAT(refused.reason(), HasSubstr("not this runner's"));
  EXPECT_EQ(Run(Spec("echo hi\n")).exit_code(), 0);
  EXPECT_TRUE(NothingIsLeft());
  for (const std::string& id : others) {
    const auto info = docker().InspectContainer(id);
    EXPECT_TRUE(info.ok() && info->running);
    EXPECT_TRUE(docker().RemoveContainer(id).ok());
  }
}

TEST_F(RunnerTest, ContainerLostWhileAwayIsNoSuccess) {
  StartRunner();
  const std::string attempt = build_.Enqueue(Spec("#!/bin/sh\necho one\nsleep 1000\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  const auto containers = docker().ListContainers("kozmic.runner=" + name_);
  ASSERT_TRUE(containers.ok() && containers->size() == 1);
  ASSERT_TRUE(docker().RemoveContainer(containers->front().id).ok());

  StartRunner();
  const FinishJobRequest end = WaitForEnd(attempt);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_ERROR);
  EXPECT_THAT(end.reason(), HasSubstr("not witnessed"));
  EXPECT_EQ(Log(), Pulling() + "one\n");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerTest, KilledContainerIsAnErrorAndItsLogIsKept) {
  StartRunner();
  const std::string attempt = build_.Enqueue(Spec("#!/bin/sh\necho one\nsleep 1000\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  const auto containers = docker().ListContainers("kozmic.runner=" + name_);
  ASSERT_TRUE(containers.ok() && containers->size() == 1);
  ASSERT_TRUE(docker().KillContainer(containers->front().id, "KILL").ok());
  const FinishJobRequest end = WaitForEnd(attempt);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_ERROR);
  EXPECT_EQ(Log(), Pulling() + "one\n");
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerTest, OutOfMemoryIsNamed) {
  StartRunner("job_memory_mb: 32\n");
  const FinishJobRequest end = Run(Spec("#!/bin/sh\nexec tail /dev/zero\n"));
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED);
  EXPECT_EQ(end.exit_code(), 137);
  EXPECT_THAT(end.reason(), HasSubstr("out of memory (32 MiB)"));
  EXPECT_THAT(Log(), EndsWith(end.reason() + "\n"));
}

TEST_F(RunnerTest, StaleFenceKillsTheContainerAndReportsNothing) {
  StartRunner();
  const std::string attempt = build_.Enqueue(Spec("#!/bin/sh\necho one\nsleep 1000\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  build_.TakeAway(attempt);
  EXPECT_TRUE(NothingIsLeft());
  EXPECT_FALSE(build_.IsFinished(attempt));
}

TEST_F(RunnerTest, CancelsByTermFirst) {
  StartRunner();
  const std::string attempt = build_.Enqueue(
      Spec("#!/bin/sh\ntrap 'echo bye; exit 0' TERM\necho one\nwhile :; do sleep 0.02; done\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  build_.SetVerdict(attempt, v1::RenewLeasesResponse::VERDICT_CANCEL);
  const FinishJobRequest end = WaitForEnd(attempt);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  EXPECT_THAT(Log(), EndsWith("bye\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerTest, LogOutlivesAnAbsenceOfItsService) {
  logstream_.SetAway(true);
  StartRunner();
  const std::string attempt =
      build_.Enqueue(Spec("#!/bin/sh\nseq 1 5000\ntouch ready\nwhile [ ! -e go ]; do sleep 0.02; "
                          "done\necho end\n"));
  const absl::Time deadline = absl::Now() + kPatience;
  while (!fs::exists(job_folder() + "/src/ready") && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  logstream_.SetAway(false);
  ASSERT_TRUE(WaitForLine("5000\n"));
  logstream_.SetAway(true);
  Give("go");
  EXPECT_FALSE(build_.WaitForFinish(attempt, absl::Milliseconds(500)).has_value())
      << "no end before the last byte is acknowledged";
  logstream_.SetAway(false);
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  std::string expected = Pulling();
  for (int i = 1; i <= 5000; ++i) absl::StrAppend(&expected, i, "\n");
  EXPECT_TRUE(Log() == expected + "end\n") << Log().size() << " bytes";
}

TEST_F(RunnerTest, BadInput56LogLimitEndsTheJobByName) {
  logstream_.SetLimit(1500000);
  StartRunner();
  const FinishJobRequest end = Run(Spec("#!/bin/sh\nyes\n"));
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_ERROR);
  EXPECT_THAT(end.reason(), HasSubstr("size limit"));
  EXPECT_THAT(Log(), StartsWith(Pulling() + "y\ny\n"));
  EXPECT_EQ(end.log_size(), static_cast<int64_t>(Log().size()));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerAdminTest, DrainWaitsForTheJobAtHand) {
  StartRunner();
  const std::string attempt =
      build_.Enqueue(Spec("#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  runner_->Signal(SIGTERM);
  const absl::Time deadline = absl::Now() + kPatience;
  while (!Status(kRunnerToken)->draining() && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  const std::string second = build_.Enqueue(Spec("echo never\n"));
  EXPECT_EQ(runner_->Wait(absl::Milliseconds(500)), -1) << "it waits";
  Give("go");
  EXPECT_EQ(runner_->Wait(kPatience), 0);
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_FALSE(build_.IsFinished(second));
  EXPECT_TRUE(Leftovers().empty());
}

TEST_F(RunnerTest, DetachLeavesTheJobToTheNextStart) {
  StartRunner("shutdown_mode: detach\n");
  const std::string attempt = build_.Enqueue(
      Spec("#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\necho two\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  runner_->Signal(SIGTERM);
  EXPECT_EQ(runner_->Wait(kPatience), 0);
  EXPECT_EQ(Leftovers().size(), 2u) << "container and folder are still there";
  EXPECT_FALSE(build_.IsFinished(attempt));
  Give("go");
  StartRunner("shutdown_mode: detach\n");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_EQ(Log(), Pulling() + "one\ntwo\n");
  EXPECT_TRUE(NothingIsLeft());
}

class RunnerLeftoversTest : public RunnerTest {
 protected:
  docker::ContainerSpec OfNoLease() const {
    docker::ContainerSpec spec;
    spec.image = std::string(kSmallImage);
    spec.entrypoint = {"/bin/sleep", "1000"};
    spec.labels = {{"kozmic.runner", name_}, {"kozmic.id", "9-9-9-9.9"}};
    return spec;
  }
};

TEST_F(RunnerLeftoversTest, RemovesWhatBelongsToNoLease) {
  const auto id = docker().CreateContainer(OfNoLease(), "");
  ASSERT_TRUE(id.ok()) << id.status();
  ASSERT_TRUE(docker().StartContainer(*id).ok());
  fs::create_directories(work() + "/9-9-9-9.9/job");
  StartRunner();
  EXPECT_TRUE(NothingIsLeft());
}

// The engine finishes what a killed process asked for, after the next process has looked.
TEST_F(RunnerLeftoversTest, WhatComesIntoBeingAfterAKillIsRemovedSoon) {
  fs::create_directories(work());
  ASSERT_TRUE(docker().CreateContainer(OfNoLease(), "").ok());
  StartRunner();
  ASSERT_TRUE(NothingIsLeft());
  const auto id = docker().CreateContainer(OfNoLease(), "");
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_TRUE(NothingIsLeft(kPatience / 2));
}

TEST_F(RunnerTest, AnotherProcessOfTheSameNameTakesOver) {
  StartRunner();
  EXPECT_EQ(Run(Spec("true\n")).exit_code(), 0);
  std::unique_ptr<RunnerProcess> first = std::move(runner_);
  StartRunner();
  EXPECT_EQ(first->Wait(kPatience), 1);
  EXPECT_TRUE(runner_->running());
}

TEST_F(RunnerAdminTest, AdministratorsSeeJobsAndDrain) {
  StartRunner();
  const std::string attempt =
      build_.Enqueue(Spec("#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  EXPECT_EQ(Status("").status().code(), absl::StatusCode::kUnauthenticated);
  const auto before = Status(kRunnerToken);
  ASSERT_TRUE(before.ok()) << before.status();
  ASSERT_EQ(before->jobs_size(), 1);
  EXPECT_EQ(before->jobs(0).attempt(), attempt);
  EXPECT_EQ(before->jobs(0).phase(), v1::PHASE_SCRIPT);
  EXPECT_FALSE(before->jobs(0).container_id().empty());
  EXPECT_FALSE(before->draining());
  const auto stub =
      v1::RunnerAdminService::NewStub(MakeChannel(absl::StrCat("127.0.0.1:", admin_port_)));
  const auto drained = Call<v1::RunnerAdminService::Stub, v1::DrainRequest, v1::DrainResponse>(
      *stub, &v1::RunnerAdminService::Stub::Drain, {}, kRunnerToken, absl::Seconds(20));
  ASSERT_TRUE(drained.ok()) << drained.status();
  EXPECT_TRUE(Status(kRunnerToken)->draining());
  Give("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
}

TEST_F(RunnerTest, BadInput73BadConfigurationNamesItsKeys) {
  StartRunner("no_such_key: 1\nslots: many\n");
  EXPECT_EQ(runner_->Wait(kPatience), 78);
  EXPECT_THAT(Text(folder_ + "/runner.log"), HasSubstr("no_such_key"));
}

}  // namespace
}  // namespace kozmic::runner
