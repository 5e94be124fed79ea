// Jobs in containers that were started ahead, on a real Docker engine.

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runner/testing/runner_fixture.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using v1::FinishJobRequest;

constexpr char kWaits[] = "a container waits for a job";
constexpr char kUntilGo[] =
    "#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\necho two\n";

class RunnerWarmTest : public RunnerTest {
 protected:
  // Starts the runner, and has it run a job of the kind to come until a container waits for it.
  void WarmUp(const v1::JobSpec& spec) {
    StartRunner("warm_containers: 1\n");
    EXPECT_EQ(Run(spec).exit_code(), 0);
    ++jobs_;
    ASSERT_TRUE(OneWaits());
  }
  // Until as many containers were made ready as were asked for so far.
  bool OneWaits() {
    ++ready_;
    return Eventually([this] { return TimesLogged(kWaits) >= ready_; });
  }
  std::string Enqueue(const v1::JobSpec& spec) {
    ++jobs_;
    return build_.Enqueue(spec);
  }
  // Of the newest job.
  std::string NewestFolder() const { return absl::StrCat(work(), "/1-1-", jobs_, "-1.1"); }
  bool NewestIsWarm() const { return fs::exists(NewestFolder() + "/warm"); }
  std::string NewestLog() const { return Log(jobs_); }
  bool WaitForNewestLine(const std::string& line) {
    return logstream_.WaitForLog(
        absl::StrCat("logs/1-1-", jobs_, "-1"), kPatience,
        [&](const std::string& log) { return absl::StrContains(log, line); });
  }
  void GiveNewest(const std::string& name) {
    std::ofstream(absl::StrCat(NewestFolder(), "/src/", name)) << "";
  }
  // The containers that wait for jobs, or were taken by one.
  std::vector<std::string> WarmContainers() {
    std::vector<std::string> ids;
    const auto containers = docker().ListContainers("kozmic.runner=" + name_);
    EXPECT_TRUE(containers.ok()) << containers.status();
    for (const auto& container : *containers) {
      const auto id = container.labels.find("kozmic.id");
      if (id != container.labels.end() && absl::StartsWith(id->second, "warm-")) {
        ids.push_back(container.id);
      }
    }
    return ids;
  }
  void StopAndExpectNothing() {
    runner_->Signal(SIGTERM);
    EXPECT_EQ(runner_->Wait(kPatience), 0);
    EXPECT_THAT(Leftovers(), ::testing::IsEmpty());
  }

  int jobs_ = 0;
  int ready_ = 0;
};

TEST_F(RunnerWarmTest, NextJobRunsInTheContainerThatWaited) {
  WarmUp(Spec("#!/bin/sh\necho secret >/tmp/seen\necho secret >seen\necho first\n"));
  const std::vector<std::string> waiting = WarmContainers();
  ASSERT_EQ(waiting.size(), 1u);
  v1::JobSpec spec = Spec(absl::StrCat(kUntilGo,
                                       "id -un; pwd; cat file; ls /tmp; ls; echo $KOZMIC_BRANCH "
                                       "$NUMBER $CI; cat .git/HEAD; exit 7\n"));
  (*spec.mutable_environment())["NUMBER"] = "2";
  const std::string attempt = Enqueue(spec);
  ASSERT_TRUE(WaitForNewestLine("one\n"));
  EXPECT_TRUE(NewestIsWarm());
  EXPECT_THAT(WarmContainers(), ::testing::Contains(waiting[0]));
  GiveNewest("go");
  const FinishJobRequest end = WaitForEnd(attempt);
  EXPECT_EQ(end.exit_code(), 7);
  EXPECT_TRUE(end.has_script_start_time());
  EXPECT_EQ(NewestLog(), Pulling() +
                             "one\ntwo\nkozmic\n/kozmic/src\ncontent\nfile\ngo\nmain 2 true\nref: "
                             "refs/heads/main\n");
  // Each is for one job alone.
  ASSERT_TRUE(OneWaits());
  EXPECT_TRUE(Eventually([&] { return !absl::c_linear_search(WarmContainers(), waiting[0]); }));
  StopAndExpectNothing();
}

TEST_F(RunnerWarmTest, SecretsReachItAndNobodyElse) {
  v1::IssueCheckoutResponse checkout = Checkout();
  (*checkout.mutable_secrets())["TOKEN"] = "swordfish";
  build_.set_checkout(checkout);
  WarmUp(Spec("echo first\n"));
  build_.set_checkout(Checkout());
  Run(Spec("env\n"));
  ++jobs_;
  EXPECT_THAT(NewestLog(), Not(HasSubstr("TOKEN")));
  ASSERT_TRUE(OneWaits());
  build_.set_checkout(checkout);
  Run(Spec("[ $TOKEN = swordfish ] && echo $TOKEN\n"));
  ++jobs_;
  EXPECT_EQ(NewestLog(), Pulling() + "*********\n");
}

TEST_F(RunnerWarmTest, InstalledImageIsKeptReady) {
  v1::JobSpec spec = Spec("cat /tmp/tool\n");
  // Tests share the engine; images are per project.
  spec.set_project(absl::StrCat("projects/", getpid()));
  spec.set_install_script("echo tool >/tmp/tool\n");
  WarmUp(spec);
  spec.set_script(absl::StrCat(kUntilGo, "cat /tmp/tool\n"));
  const std::string attempt = Enqueue(spec);
  ASSERT_TRUE(WaitForNewestLine("one\n"));
  EXPECT_TRUE(NewestIsWarm());
  GiveNewest("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_THAT(NewestLog(), EndsWith("one\ntwo\ntool\n"));
}

TEST_F(RunnerWarmTest, KilledBeforeTheWordBeginsAnew) {
  WarmUp(Spec("echo first\n"));
  build_.HoldCheckouts(true);
  const std::string attempt = Enqueue(Spec("echo ran\n"));
  ASSERT_TRUE(build_.WaitForCheckouts(2, kPatience));
  EXPECT_TRUE(NewestIsWarm());
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  build_.HoldCheckouts(false);

  StartRunner();
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_EQ(NewestLog(), absl::StrCat(Pulling(), "The runner was restarted; beginning anew.\n",
                                      Pulling(), "ran\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerWarmTest, KilledAfterTheWordIsAdopted) {
  WarmUp(Spec("echo first\n"));
  const std::string attempt = Enqueue(Spec(absl::StrCat(kUntilGo, "seq 1 1000\nexit 7\n")));
  ASSERT_TRUE(WaitForNewestLine("one\n"));
  EXPECT_TRUE(NewestIsWarm());
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  GiveNewest("go");

  StartRunner();
  const FinishJobRequest end = WaitForEnd(attempt);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED);
  EXPECT_EQ(end.exit_code(), 7);
  std::string expected = Pulling() + "one\ntwo\n";
  for (int i = 1; i <= 1000; ++i) absl::StrAppend(&expected, i, "\n");
  EXPECT_EQ(NewestLog(), expected);
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerWarmTest, KilledWhileItWaitsLeavesNothing) {
  WarmUp(Spec("echo first\n"));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  StartRunner();
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerWarmTest, NewerImageIsUsed) {
  WarmUp(Spec("echo first\n"));
  const auto reference = docker::ParseImageReference(image_);
  ASSERT_TRUE(
      ImportImage("kozmic-test/newer", "1", SmallImage().File("etc/newer", "newer image\n").Bytes())
          .ok());
  ASSERT_TRUE(docker().TagImage("kozmic-test/newer:1", *reference).ok());
  ASSERT_TRUE(docker().PushImage(*reference, nullptr, absl::Seconds(60), {}, nullptr).ok());
  ASSERT_TRUE(docker().TagImage(kSmallImage, *reference).ok());
  const FinishJobRequest end = WaitForEnd(Enqueue(Spec("cat /etc/newer\n")));
  EXPECT_EQ(end.exit_code(), 0);
  EXPECT_THAT(NewestLog(), EndsWith("newer image\n"));
  // From now on it is the newer one that is kept ready.
  ASSERT_TRUE(OneWaits());
  EXPECT_EQ(WaitForEnd(Enqueue(Spec("cat /etc/newer\n"))).exit_code(), 0);
  StopAndExpectNothing();
}

TEST_F(RunnerWarmTest, OneThatEndedIsReplaced) {
  WarmUp(Spec("echo first\n"));
  const std::vector<std::string> waiting = WarmContainers();
  ASSERT_EQ(waiting.size(), 1u);
  ASSERT_TRUE(docker().KillContainer(waiting[0], "KILL").ok());
  ASSERT_TRUE(OneWaits());
  EXPECT_THAT(WarmContainers(), Not(::testing::Contains(waiting[0])));
  EXPECT_EQ(WaitForEnd(Enqueue(Spec("echo second\n"))).exit_code(), 0);
  EXPECT_EQ(NewestLog(), Pulling() + "second\n");
}

TEST_F(RunnerWarmTest, AnOldOneIsReplaced) {
  StartRunner("warm_containers: 1\nwarm_containers_max_age: 10s\n");
  EXPECT_EQ(Run(Spec("echo first\n")).exit_code(), 0);
  ++jobs_;
  ASSERT_TRUE(OneWaits());
  const std::vector<std::string> waiting = WarmContainers();
  ASSERT_EQ(waiting.size(), 1u);
  ASSERT_TRUE(OneWaits()) << "by itself";
  EXPECT_THAT(WarmContainers(), Not(::testing::Contains(waiting[0])));
  EXPECT_EQ(WaitForEnd(Enqueue(Spec("echo second\n"))).exit_code(), 0);
  EXPECT_EQ(NewestLog(), Pulling() + "second\n");
  StopAndExpectNothing();
}

// Its network is one of its own.
TEST_F(RunnerWarmTest, AJobWithServicesGetsOneOfItsOwn) {
  WarmUp(Spec("echo first\n"));
  const std::string repository = registry_->address() + "/store";
  ASSERT_TRUE(ImportImage(repository, "1", SmallImage().Bytes(),
                          {R"(ENTRYPOINT ["/bin/sh", "-c", "sleep 1000"])"})
                  .ok());
  ASSERT_TRUE(docker()
                  .PushImage(*docker::ParseImageReference(repository + ":1"), nullptr,
                             absl::Seconds(60), {}, nullptr)
                  .ok());
  v1::JobSpec spec = Spec(kUntilGo);
  v1::Service& service = *spec.add_services();
  service.set_name("store");
  service.set_image(repository + ":1");
  const std::string attempt = Enqueue(spec);
  ASSERT_TRUE(WaitForNewestLine("one\n"));
  EXPECT_FALSE(NewestIsWarm());
  GiveNewest("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  StopAndExpectNothing();
  docker().RemoveImage(repository + ":1", true).IgnoreError();
}

TEST_F(RunnerWarmTest, OneThatEndsAsItsJobComesIsNoError) {
  WarmUp(Spec("echo first\n"));
  const std::vector<std::string> waiting = WarmContainers();
  ASSERT_EQ(waiting.size(), 1u);
  build_.HoldCheckouts(true);
  v1::IssueCheckoutResponse checkout = Checkout();
  (*checkout.mutable_secrets())["TOKEN"] = "swordfish";
  build_.set_checkout(checkout);
  const std::string attempt = Enqueue(Spec("[ $TOKEN = swordfish ] && echo second\n"));
  ASSERT_TRUE(build_.WaitForCheckouts(2, kPatience));
  EXPECT_TRUE(NewestIsWarm());
  ASSERT_TRUE(docker().RemoveContainer(waiting[0]).ok());
  build_.HoldCheckouts(false);
  const FinishJobRequest end = WaitForEnd(attempt);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED);
  EXPECT_EQ(end.exit_code(), 0);
  EXPECT_EQ(NewestLog(), Pulling() + "second\n");
  StopAndExpectNothing();
}

TEST_F(RunnerWarmTest, ForksAndOthersDoNotShare) {
  WarmUp(Spec("echo first\n"));
  v1::JobSpec fork = Spec(kUntilGo);
  fork.set_fork(true);
  const std::string attempt = Enqueue(fork);
  ASSERT_TRUE(WaitForNewestLine("one\n"));
  EXPECT_FALSE(NewestIsWarm());
  GiveNewest("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
}

TEST_F(RunnerWarmTest, AnotherProjectsFirstJobGetsOneOfItsOwn) {
  WarmUp(Spec("echo first\n"));
  v1::JobSpec other = Spec(kUntilGo);
  other.set_project("projects/2");
  const std::string attempt = Enqueue(other);
  ASSERT_TRUE(WaitForNewestLine("one\n"));
  EXPECT_FALSE(NewestIsWarm());
  GiveNewest("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
}

TEST_F(RunnerWarmTest, HasTheLimitsOfAnyJob) {
  const v1::JobSpec spec = Spec(
      "cd /sys/fs/cgroup; cat memory.max pids.max memory/memory.limit_in_bytes pids/pids.max "
      "2>/dev/null; grep Cap /proc/self/status\n");
  WarmUp(spec);
  EXPECT_EQ(WaitForEnd(Enqueue(spec)).exit_code(), 0);
  EXPECT_THAT(NewestLog(), HasSubstr("4294967296\n512\n"));
  EXPECT_EQ(NewestLog(), Log(1));
}

TEST_F(RunnerWarmTest, DrainLeavesNothing) {
  WarmUp(Spec("echo first\n"));
  ASSERT_EQ(WarmContainers().size(), 1u);
  StopAndExpectNothing();
}

TEST_F(RunnerWarmTest, CancelledBeforeTheWordLeavesNothing) {
  WarmUp(Spec("echo first\n"));
  build_.HoldCheckouts(true);
  const std::string attempt = Enqueue(Spec("echo never\n"));
  ASSERT_TRUE(build_.WaitForCheckouts(2, kPatience));
  build_.SetVerdict(attempt, v1::RenewLeasesResponse::VERDICT_CANCEL);
  EXPECT_EQ(WaitForEnd(attempt).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  build_.HoldCheckouts(false);
  StopAndExpectNothing();
}

}  // namespace
}  // namespace kozmic::runner
