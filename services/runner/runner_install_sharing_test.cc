// Two runners' programs that share a registry for what install scripts led to. They have one Docker
// engine here: what the other is to pull is removed from it. Rows P52, N8, N9, K13, K53, I18.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
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
#include "services/runner/testing/runner_fixture.h"

namespace kozmic::runner {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using v1::FinishJobRequest;

constexpr char kRunning[] = "Running install script...\n";
constexpr char kSkipping[] = "Skipping install script as tracked files did not change...\n";
constexpr char kInstall[] = "#!/bin/sh\necho installing; echo here > /tmp/installed\n";
constexpr char kHeldInstall[] =
    "#!/bin/sh\necho installing\nwhile [ ! -e go ]; do sleep 0.02; done\necho here > "
    "/tmp/installed\n";
constexpr char kScript[] = "#!/bin/sh\ncat /tmp/installed\n";
class RunnerInstallSharingTest : public RunnerTest {
 protected:
  void SetUp() override {
    RunnerTest::SetUp();
    if (HasFatalFailure()) return;
    auto cache = RegistryProcess::Start({.user = {"user", "pass word"}, .deletes = true});
    ASSERT_TRUE(cache.ok()) << cache.status();
    cache_ = *std::move(cache);
    std::ofstream(folder_ + "/auth") << "user:pass word\n";
    config_ = absl::StrCat("cache_registry: ", cache_->address(),
                           "/ci\ncache_registry_auth_file: ", folder_, "/auth\n");
    StartRunner(config_);
    other_ = StartOtherRunner(config_);
  }
  ~RunnerInstallSharingTest() override {
    runner_.reset();
    other_runner_.reset();
    for (const std::string& runner : {name_, other_}) {
      const auto containers = docker().ListContainers("kozmic.runner=" + runner);
      if (!containers.ok()) continue;
      for (const auto& left : *containers) docker().RemoveContainer(left.id).IgnoreError();
    }
    ForgetHere();
  }

  v1::JobSpec SpecWith(const std::string& install, const std::string& script = kScript) {
    v1::JobSpec spec = Spec(script);
    spec.set_project(project_);
    spec.set_commit(commit_);
    spec.set_install_script(install);
    return spec;
  }
  // What follows the first line.
  std::string LogOf(int number) const {
    const std::string log = Log(number);
    EXPECT_TRUE(absl::StartsWith(log, Pulling())) << log;
    return log.substr(std::min(log.size(), Pulling().size()));
  }
  // Of a job that succeeds.
  std::string Run(const v1::JobSpec& spec, const std::string& runner) {
    const FinishJobRequest end = WaitForEnd(build_.Enqueue(spec, runner));
    ++jobs_;
    EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED) << end.reason();
    EXPECT_EQ(end.exit_code(), 0) << Log(jobs_);
    return LogOf(jobs_);
  }
  bool WaitForText(int job, const std::string& text) {
    return logstream_.WaitForLog(
        absl::StrCat("logs/1-1-", job, "-1"), kPatience,
        [&](const std::string& log) { return absl::StrContains(log, text); });
  }
  std::vector<std::string> NamesHere() {
    std::vector<std::string> names;
    const auto images = docker().ListImages("kozmic.cache=" + project_);
    EXPECT_TRUE(images.ok()) << images.status();
    if (!images.ok()) return names;
    for (const auto& image : *images) {
      names.insert(names.end(), image.tags.begin(), image.tags.end());
    }
    return names;
  }
  // As if the other runner had an engine of its own.
  void ForgetHere() {
    // A container would keep what it is made of.
    EXPECT_TRUE(NoContainers());
    for (const std::string& name : NamesHere()) docker().RemoveImage(name, true).IgnoreError();
    EXPECT_THAT(NamesHere(), IsEmpty());
  }
  bool NoContainers() {
    const absl::Time deadline = absl::Now() + kPatience;
    while (absl::Now() < deadline) {
      size_t left = 0;
      for (const std::string& runner : {name_, other_}) {
        const auto containers = docker().ListContainers("kozmic.runner=" + runner);
        left += containers.ok() ? containers->size() : 1;
      }
      if (left == 0) return true;
      absl::SleepFor(absl::Milliseconds(5));
    }
    return false;
  }
  std::string Waiting() const {
    return absl::StrCat("Waiting for the same install script, which build #1 on ", name_,
                        " is running...\n");
  }
  std::string Bringing() const {
    return absl::StrCat("The same was installed by build #1 on ", name_,
                        "; pulling it from the registry...\n");
  }
  FakeInstalls& installs() { return build_.installs(); }

  const std::string project_ =
      absl::StrCat("projects/", getpid(), absl::ToUnixMicros(absl::Now()) % 1'000'000'000);
  std::unique_ptr<RegistryProcess> cache_;
  std::string config_;
  std::string other_;
  int jobs_ = 0;
};

TEST_F(RunnerInstallSharingTest, P52WhatOneRunnerInstalledAnotherPulls) {
  const v1::JobSpec spec = SpecWith(kInstall);
  EXPECT_EQ(Run(spec, name_), absl::StrCat(kRunning, "installing\nhere\n"));
  ASSERT_TRUE(installs().WaitForImages(1, kPatience));
  ForgetHere();
  EXPECT_EQ(Run(spec, other_), absl::StrCat(Bringing(), kSkipping, "here\n"));
  EXPECT_THAT(NamesHere(), SizeIs(2)) << "none of the registry's names is left";
  // N8: now it is here.
  EXPECT_EQ(Run(spec, other_), absl::StrCat("The same was installed by build #1 on ", name_, ".\n",
                                            kSkipping, "here\n"));
  EXPECT_EQ(installs().claims(), 1);
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerInstallSharingTest, N8WhatChangedIsKnownOnEveryRunner) {
  v1::JobSpec spec = SpecWith(kInstall);
  spec.add_tracked_files("file");
  Run(spec, name_);
  ASSERT_TRUE(installs().WaitForImages(1, kPatience));
  ForgetHere();
  spec.set_commit(git_->Commit("main", {{"file", "changed\n"}}));
  EXPECT_THAT(Run(spec, other_),
              ContainsRegex("^Running install script, as this changed since build #1: file "
                            "\\([0-9a-f]{7} → [0-9a-f]{7}\\)\n"));
}

TEST_F(RunnerInstallSharingTest, N9TwoRunnersThatWantTheSameAtOnceInstallItOnce) {
  const v1::JobSpec spec = SpecWith(kHeldInstall);
  const std::string first = build_.Enqueue(spec, name_);
  ASSERT_TRUE(WaitForText(1, "installing\n"));
  const std::string second = build_.Enqueue(spec, other_);
  ASSERT_TRUE(WaitForText(2, Waiting()));
  EXPECT_TRUE(Eventually([&] { return build_.PhaseOf(second) == v1::PHASE_INSTALL; }));
  Give("go");
  EXPECT_EQ(WaitForEnd(first).exit_code(), 0);
  EXPECT_EQ(WaitForEnd(second).exit_code(), 0);
  EXPECT_EQ(LogOf(2), absl::StrCat(Waiting(), Bringing(), kSkipping, "here\n"));
  EXPECT_EQ(installs().claims(), 1);
}

TEST_F(RunnerInstallSharingTest, N9WhenItFailsTheNextRunsItsOwn) {
  const v1::JobSpec spec = SpecWith(
      "#!/bin/sh\necho installing\nwhile [ ! -e go ]; do sleep 0.02; done\nexit 3\n", "echo no\n");
  const std::string first = build_.Enqueue(spec, name_);
  ASSERT_TRUE(WaitForText(1, "installing\n"));
  const std::string second = build_.Enqueue(spec, other_);
  ASSERT_TRUE(WaitForText(2, Waiting()));
  Give("go");
  EXPECT_EQ(WaitForEnd(first).exit_code(), 3);
  ASSERT_TRUE(WaitForText(2, "installing\n"));
  EXPECT_EQ(installs().claims(), 2);
  build_.SetVerdict(second, v1::RenewLeasesResponse::VERDICT_CANCEL);
  EXPECT_EQ(WaitForEnd(second).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  EXPECT_TRUE(installs().WaitForFailures(2, kPatience));
}

TEST_F(RunnerInstallSharingTest, N9WhenItsJobIsCancelledTheNextTakesOver) {
  const v1::JobSpec spec = SpecWith(kHeldInstall);
  const std::string first = build_.Enqueue(spec, name_);
  ASSERT_TRUE(WaitForText(1, "installing\n"));
  const std::string second = build_.Enqueue(spec, other_);
  ASSERT_TRUE(WaitForText(2, Waiting()));
  build_.SetVerdict(first, v1::RenewLeasesResponse::VERDICT_CANCEL);
  EXPECT_EQ(WaitForEnd(first).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  ASSERT_TRUE(WaitForText(2, "installing\n"));
  std::ofstream(folder_ + "/other/work/1-1-2-1.1/src/go") << "";
  EXPECT_EQ(WaitForEnd(second).exit_code(), 0);
}

TEST_F(RunnerInstallSharingTest, N9TheWaitEndsWithTheJob) {
  const v1::JobSpec spec = SpecWith(kHeldInstall);
  const std::string first = build_.Enqueue(spec, name_);
  ASSERT_TRUE(WaitForText(1, "installing\n"));
  const std::string second = build_.Enqueue(spec, other_);
  ASSERT_TRUE(WaitForText(2, Waiting()));
  build_.SetVerdict(second, v1::RenewLeasesResponse::VERDICT_CANCEL);
  EXPECT_EQ(WaitForEnd(second).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
  Give("go");
  EXPECT_EQ(WaitForEnd(first).exit_code(), 0);
}

TEST_F(RunnerInstallSharingTest, N9WhenItsRunnerIsLostTheNextTakesOver) {
  const v1::JobSpec spec = SpecWith(kHeldInstall);
  build_.Enqueue(spec, name_);
  ASSERT_TRUE(WaitForText(1, "installing\n"));
  const std::string second = build_.Enqueue(spec, other_);
  ASSERT_TRUE(WaitForText(2, Waiting()));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  installs().Expire();
  build_.Hint();
  ASSERT_TRUE(WaitForText(2, "installing\n"));
  std::ofstream(folder_ + "/other/work/1-1-2-1.1/src/go") << "";
  EXPECT_EQ(WaitForEnd(second).exit_code(), 0);
  EXPECT_EQ(installs().claims(), 2);
}

// N5: a restart of the runner is no loss.
TEST_F(RunnerInstallSharingTest, N5ARestartedRunnerKeepsItsClaim) {
  const v1::JobSpec spec = SpecWith(kHeldInstall);
  const std::string attempt = build_.Enqueue(spec, name_);
  ASSERT_TRUE(WaitForText(1, "installing\n"));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  installs().Expire();
  StartRunner(config_);
  ASSERT_TRUE(installs().WaitForRenewal(kPatience));
  Give("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_TRUE(installs().WaitForImages(1, kPatience));
  EXPECT_EQ(installs().claims(), 1);
}

TEST_F(RunnerInstallSharingTest, P23ARunnerThatDrainsBringsItToTheRegistryFirst) {
  EXPECT_THAT(Run(SpecWith(kInstall), name_), EndsWith("here\n"));
  runner_->Signal(SIGTERM);
  EXPECT_EQ(runner_->Wait(kPatience), 0);
  EXPECT_THAT(installs().Images(), SizeIs(1));
}

TEST_F(RunnerInstallSharingTest, I18WhatAForkInstallsIsSharedWithNobody) {
  v1::JobSpec fork = SpecWith(kInstall);
  fork.set_fork(true);
  EXPECT_EQ(Run(fork, name_), absl::StrCat(kRunning, "installing\nhere\n"));
  EXPECT_EQ(installs().claims(), 0);
  EXPECT_FALSE(std::filesystem::exists(cache_->data_folder() + "/docker/registry/v2/repositories"));
  const v1::JobSpec own = SpecWith(kInstall);
  EXPECT_THAT(Run(own, name_), HasSubstr("installing\n"));
  ASSERT_TRUE(installs().WaitForImages(1, kPatience));
  ForgetHere();
  EXPECT_EQ(Run(fork, other_), absl::StrCat(Bringing(), kSkipping, "here\n"))
      << "what is there, it may use";
}

// Threat model: whoever may write to the registry cannot put another image in its place.
TEST_F(RunnerInstallSharingTest, ATagInTheRegistryMeansNothing) {
  const v1::JobSpec spec = SpecWith(kInstall);
  Run(spec, name_);
  ASSERT_TRUE(installs().WaitForImages(1, kPatience));
  const std::string here = NamesHere().at(0);
  const size_t slash = here.find('/');
  const size_t colon = here.rfind(':');
  const auto tag = docker::ParseImageReference(
      absl::StrCat(cache_->address(), "/ci/project-", project_.substr(project_.find('/') + 1), ":",
                   here.substr(slash + 1, colon - slash - 1)));
  ASSERT_TRUE(tag.ok()) << tag.status();
  const docker::RegistryAuth auth = {.username = "user", .password = "pass word"};
  ASSERT_TRUE(docker().TagImage(kSmallImage, *tag).ok());
  std::string evil;
  const absl::Status pushed =
      docker().PushImage(*tag, &auth, kPatience, {}, [&](const docker::TransferProgress& progress) {
        if (!progress.digest.empty()) evil = progress.digest;
      });
  ASSERT_TRUE(pushed.ok()) << pushed;
  ASSERT_TRUE(docker().RemoveImage(tag->ToString(), false).ok());
  ASSERT_NE(evil, installs().Images().at(0).digest());
  ForgetHere();
  EXPECT_EQ(Run(spec, other_), absl::StrCat(Bringing(), kSkipping, "here\n"));

  // Nor what was made of other inputs.
  ForgetHere();
  installs().SetDigests(evil);
  EXPECT_EQ(Run(spec, other_), absl::StrCat(Bringing(), kRunning, "installing\n", "here\n"));
}

TEST_F(RunnerInstallSharingTest, WhatIsGoneFromTheRegistryIsMadeAgain) {
  const v1::JobSpec spec = SpecWith(kInstall);
  Run(spec, name_);
  ASSERT_TRUE(installs().WaitForImages(1, kPatience));
  ForgetHere();
  installs().SetDigests("sha256:" + std::string(64, 'a'));
  EXPECT_EQ(Run(spec, other_), absl::StrCat(Bringing(), kRunning, "installing\nhere\n"));
  ASSERT_TRUE(installs().WaitForImages(1, kPatience));
  EXPECT_EQ(installs().Images().at(0).runner(), other_);
}

TEST_F(RunnerInstallSharingTest, WithoutTheRegistryEachRunnerInstallsForItself) {
  const v1::JobSpec spec = SpecWith(kInstall);
  cache_->Stop();
  EXPECT_EQ(Run(spec, name_), absl::StrCat(kRunning, "installing\nhere\n"));
  EXPECT_TRUE(installs().WaitForFailures(1, kPatience)) << "nobody waits for it";
  ForgetHere();
  EXPECT_EQ(Run(spec, other_), absl::StrCat(kRunning, "installing\nhere\n"));
  EXPECT_THAT(installs().Images(), IsEmpty());
  EXPECT_THAT(Text(folder_ + "/runner.log"), HasSubstr("could not be pushed"));
}

TEST_F(RunnerInstallSharingTest, ARegistryThatGoesAwayAfterwardsHoldsNobodyUp) {
  const v1::JobSpec spec = SpecWith(kInstall);
  Run(spec, name_);
  ASSERT_TRUE(installs().WaitForImages(1, kPatience));
  ForgetHere();
  cache_->Stop();
  EXPECT_EQ(Run(spec, other_), absl::StrCat(Bringing(), kRunning, "installing\nhere\n"));
  EXPECT_THAT(installs().Images(), SizeIs(1)) << "it is there when the registry is back";
}

// Threat model: one project's image is no other's.
TEST_F(RunnerInstallSharingTest, ItsRepositoriesCannotBeNamedByAProject) {
  v1::JobSpec spec = Spec("echo never\n");
  spec.set_image(cache_->address() + "/ci/project-7:1");
  const FinishJobRequest end = RunnerTest::Run(spec);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_THAT(end.reason(), HasSubstr("Kozmic CI's own"));
}

TEST_F(RunnerInstallSharingTest, K13ImagesOfADeletedProjectGoHereAndThere) {
  Run(SpecWith(kInstall), name_);
  ASSERT_TRUE(installs().WaitForImages(1, kPatience));
  v1::InstallRemoval removal;
  removal.set_project(project_);
  removal.set_digest(installs().Images().at(0).digest());
  const std::string manifest =
      absl::StrCat(cache_->data_folder(), "/docker/registry/v2/repositories/ci/project-",
                   project_.substr(project_.find('/') + 1), "/_manifests/revisions/sha256/",
                   removal.digest().substr(7), "/link");
  ASSERT_TRUE(std::filesystem::exists(manifest));
  installs().DeleteProject(project_);
  installs().AddRemoval(removal);
  runner_->Signal(SIGTERM);
  EXPECT_EQ(runner_->Wait(kPatience), 0);
  // It looks when it starts.
  StartRunner(config_);
  EXPECT_TRUE(installs().WaitForNoRemovals(kPatience));
  EXPECT_FALSE(std::filesystem::exists(manifest));
  const absl::Time deadline = absl::Now() + kPatience;
  while (!NamesHere().empty() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_THAT(NamesHere(), IsEmpty());
}

TEST_F(RunnerInstallSharingTest, ABadSettingStopsTheStartAndIsNamed) {
  runner_.reset();
  StartRunner("cache_registry: no-registry/prefix\n");
  EXPECT_EQ(runner_->Wait(kPatience), 78);
  EXPECT_THAT(Text(folder_ + "/runner.log"), HasSubstr("cache_registry: "));
  StartRunner(absl::StrCat("cache_registry: ", cache_->address(),
                           "\ncache_registry_auth_file: /no/such/file\n"));
  EXPECT_EQ(runner_->Wait(kPatience), 78);
  EXPECT_THAT(Text(folder_ + "/runner.log"), HasSubstr("cache_registry_auth_file: "));
}

}  // namespace
}  // namespace kozmic::runner
