// The runner's program with an install script. Rows K44, K49-K53, N8, N9, I18.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
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
using ::testing::EndsWith;
using ::testing::HasSubstr;
using v1::FinishJobRequest;

using Files = std::map<std::string, std::string>;

constexpr char kRunning[] = "Running install script...\n";
constexpr char kCanary[] = "canary-of-a-secret-4711";

class RunnerInstallTest : public RunnerTest {
 protected:
  ~RunnerInstallTest() override {
    runner_.reset();
    for (const auto& image : Images()) {
      for (const auto& tag : image.tags) docker().RemoveImage(tag, true).IgnoreError();
    }
  }

  // N8: and by whom it was made.
  std::string Skipping() const {
    return absl::StrCat("The same was installed by build #1 on ", name_,
                        ".\nSkipping install script as tracked files did not change...\n");
  }
  v1::JobSpec SpecWith(const std::string& install, const std::string& script) {
    v1::JobSpec spec = Spec(script);
    spec.set_project(project_);
    spec.set_commit(commit_);
    spec.set_install_script(install);
    return spec;
  }
  // Of a job that succeeds: its log after the first line. `number`: how many there were.
  std::string LogOf(const v1::JobSpec& spec, int number) {
    const FinishJobRequest end = Run(spec);
    EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED) << end.reason();
    EXPECT_EQ(end.exit_code(), 0) << Log(number);
    const std::string log = Log(number);
    EXPECT_TRUE(absl::StartsWith(log, Pulling())) << log;
    return log.substr(std::min(log.size(), Pulling().size()));
  }
  std::vector<docker::ImageSummary> Images() {
    const auto images = docker().ListImages("kozmic.cache=" + project_);
    EXPECT_TRUE(images.ok()) << images.status();
    return images.ok() ? *images : std::vector<docker::ImageSummary>();
  }

  // Tests share the engine; images are per project.
  const std::string project_ =
      absl::StrCat("projects/", getpid(), absl::ToUnixMicros(absl::Now()) % 1'000'000'000);
};

TEST_F(RunnerInstallTest, K49RunsOnceAndItsImageIsUsedAgain) {
  StartRunner();
  const v1::JobSpec spec = SpecWith(
      "#!/bin/sh\necho installing; cat file; id -un\nmkdir /tmp/tool; echo here > "
      "/tmp/tool/installed\n",
      "#!/bin/sh\ncat /tmp/tool/installed; id -un; pwd\n");
  EXPECT_EQ(LogOf(spec, 1),
            absl::StrCat(kRunning, "installing\ncontent\nkozmic\n", "here\nkozmic\n/kozmic/src\n"));
  EXPECT_EQ(LogOf(spec, 2), absl::StrCat(Skipping(), "here\nkozmic\n/kozmic/src\n"));
  EXPECT_EQ(Images().size(), 1u);
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerInstallTest, K50K51N8TrackedPathsDecideAndAreNamed) {
  StartRunner();
  const std::string install = "#!/bin/sh\nexit 0\n";
  int number = 0;
  const auto log = [&](const Files& files) {
    commit_ = git_->Commit("main", files);
    v1::JobSpec spec = SpecWith(install, "#!/bin/sh\nexit 0\n");
    for (const char* path : {"dir", "missing", "tracked"}) spec.add_tracked_files(path);
    return LogOf(spec, ++number);
  };
  EXPECT_EQ(log(Files{{"tracked", "1"}, {"dir/a", "1"}}), kRunning);
  EXPECT_EQ(log(Files{{"other", "1"}}), Skipping());
  EXPECT_THAT(log(Files{{"tracked", "2"}}),
              ContainsRegex("^Running install script, as this changed since build #1: tracked "
                            "\\([0-9a-f]{7} → [0-9a-f]{7}\\)\n$"));
  EXPECT_THAT(log(Files{{"dir/deep/b", "2"}}), HasSubstr("as this changed since build #1: dir ("));
  EXPECT_EQ(log(Files{{"missing", ""}}),
            "Running install script, as this changed since build #1: missing (added)\n");
}

TEST_F(RunnerInstallTest, K51TheRootMayBeTracked) {
  StartRunner();
  int number = 0;
  const auto log = [&](const Files& files) {
    commit_ = git_->Commit("main", files);
    v1::JobSpec spec = SpecWith("#!/bin/sh\nexit 0\n", "#!/bin/sh\nexit 0\n");
    spec.add_tracked_files(".");
    return LogOf(spec, ++number);
  };
  EXPECT_EQ(log(Files{{"a", "1"}}), kRunning);
  EXPECT_EQ(log(Files{}), Skipping());
  EXPECT_THAT(log(Files{{"b", "1"}}), HasSubstr("as this changed since build #1: . ("));
}

TEST_F(RunnerInstallTest, K52NothingBelowKozmicIsKept) {
  StartRunner();
  const v1::JobSpec spec = SpecWith(
      "#!/bin/sh\necho kept > /tmp/kept; touch ~/mine /kozmic/src/made; rm /kozmic/src/file\n",
      "#!/bin/sh\ncat /tmp/kept; ls ~ /kozmic/src\n");
  const std::string seen = "kept\n/kozmic:\nsrc\n\n/kozmic/src:\nfile\n";
  EXPECT_EQ(LogOf(spec, 1), kRunning + seen);
  EXPECT_EQ(LogOf(spec, 2), Skipping() + seen);
}

TEST_F(RunnerInstallTest, K44K52FailureEndsTheJobWithItsCodeAndKeepsNothing) {
  StartRunner();
  for (int number = 1; number <= 2; ++number) {
    const FinishJobRequest end =
        Run(SpecWith("#!/bin/sh\necho no such package\nexit 4\n", "#!/bin/sh\necho never\n"));
    EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_EXITED);
    EXPECT_EQ(end.exit_code(), 4);
    EXPECT_EQ(end.reason(), "The install script exited with 4.");
    EXPECT_EQ(Log(number), absl::StrCat(Pulling(), kRunning, "no such package\n"));
  }
  EXPECT_TRUE(Images().empty());
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerInstallTest, OutOfMemoryIsNamed) {
  StartRunner("job_memory_mb: 32\n");
  const FinishJobRequest end = Run(SpecWith("#!/bin/sh\nexec tail /dev/zero\n", "echo never\n"));
  EXPECT_EQ(end.exit_code(), 137);
  EXPECT_EQ(end.reason(), "The install script ran out of memory (32 MiB) and was killed.");
  EXPECT_THAT(Log(), EndsWith(end.reason() + "\n"));
}

TEST_F(RunnerInstallTest, N9JobsThatWantTheSameAtOnceWaitForTheFirst) {
  StartRunner();
  const v1::JobSpec spec =
      SpecWith("#!/bin/sh\necho installing\nwhile [ ! -e go ]; do sleep 0.02; done\n",
               "#!/bin/sh\necho building\n");
  const std::string first = build_.Enqueue(spec);
  ASSERT_TRUE(WaitForLine("installing\n"));
  const std::string second = build_.Enqueue(spec);
  const std::string waiting = "Waiting for the same install script, which build #1 is running...\n";
  ASSERT_TRUE(logstream_.WaitForLog("logs/1-1-2-1", kPatience, [&](const std::string& log) {
    return absl::StrContains(log, waiting);
  }));
  Give("go");
  EXPECT_EQ(WaitForEnd(first).exit_code(), 0);
  EXPECT_EQ(WaitForEnd(second).exit_code(), 0);
  EXPECT_EQ(Log(2), absl::StrCat(Pulling(), waiting, Skipping(), "building\n"));
  EXPECT_EQ(Images().size(), 1u);
}

TEST_F(RunnerInstallTest, N9AfterAFailureEachHasItsOwnTry) {
  StartRunner();
  const v1::JobSpec spec = SpecWith(
      "#!/bin/sh\necho installing\nwhile [ ! -e go ]; do sleep 0.02; done\nexit 1\n", "echo no\n");
  const std::string first = build_.Enqueue(spec);
  ASSERT_TRUE(WaitForLine("installing\n"));
  v1::JobSpec other = spec;
  const std::string second = build_.Enqueue(other);
  ASSERT_TRUE(logstream_.WaitForLog("logs/1-1-2-1", kPatience, [&](const std::string& log) {
    return absl::StrContains(log, "Waiting for");
  }));
  Give("go");
  EXPECT_EQ(WaitForEnd(first).exit_code(), 1);
  ASSERT_TRUE(logstream_.WaitForLog("logs/1-1-2-1", kPatience, [&](const std::string& log) {
    return absl::StrContains(log, "installing\n");
  }));
  build_.SetVerdict(second, v1::RenewLeasesResponse::VERDICT_CANCEL);
  EXPECT_EQ(WaitForEnd(second).outcome(), FinishJobRequest::OUTCOME_CANCELLED);
}

TEST_F(RunnerInstallTest, GoesOnWhenTheRunnerIsKilledAndRunsOnce) {
  StartRunner();
  const std::string attempt = build_.Enqueue(
      SpecWith("#!/bin/sh\necho installing\nwhile [ ! -e go ]; do sleep 0.02; done\necho here > "
               "/tmp/installed\n",
               "#!/bin/sh\ncat /tmp/installed\n"));
  ASSERT_TRUE(WaitForLine("installing\n"));
  EXPECT_TRUE(Eventually([&] { return build_.PhaseOf(attempt) == v1::PHASE_INSTALL; }));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  Give("go");
  StartRunner();
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), kRunning, "installing\nhere\n"));
  EXPECT_TRUE(NothingIsLeft());
}

// N4: however the runner died between the two scripts, green means that the script succeeded.
TEST_F(RunnerInstallTest, N4ItsSuccessIsNotTheJobs) {
  StartRunner();
  const std::string attempt = build_.Enqueue(
      SpecWith("#!/bin/sh\necho installing\nwhile [ ! -e go ]; do sleep 0.02; done\n",
               "#!/bin/sh\necho building\nexit 6\n"));
  ASSERT_TRUE(WaitForLine("installing\n"));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  Give("go");
  const absl::Time deadline = absl::Now() + kPatience;
  while (Text(job_folder() + "/job/exit") != "code 0\n" && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  // As if it had died a moment after it began to make ready for the script.
  ASSERT_TRUE(std::filesystem::remove(job_folder() + "/released"));
  StartRunner();
  // Nothing was kept of it yet, so it runs once more, in a clone made anew.
  ASSERT_TRUE(WaitForLine(absl::StrCat("installing\nThe runner was restarted; beginning anew.\n",
                                       Pulling(), kRunning, "installing\n")));
  Give("go");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 6);
  EXPECT_THAT(Log(), EndsWith("building\n"));
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerInstallTest, N4WithoutKnowingWhichScriptItWasThereIsNoSuccess) {
  StartRunner();
  const std::string attempt = build_.Enqueue(
      SpecWith("#!/bin/sh\necho installing\nwhile [ ! -e go ]; do sleep 0.02; done\n", "true\n"));
  ASSERT_TRUE(WaitForLine("installing\n"));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  Give("go");
  // What a machine's crash may leave of a note.
  std::ofstream(job_folder() + "/install", std::ios::trunc);
  StartRunner();
  const FinishJobRequest end = WaitForEnd(attempt);
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_ERROR);
  EXPECT_EQ(end.reason(), "The job's folder was damaged while the runner was away.");
  EXPECT_TRUE(NothingIsLeft());
}

// Threat model: one project's image is no other's, nor what a registry says it is.
TEST_F(RunnerInstallTest, ItsImagesCannotBeNamedByAProject) {
  StartRunner();
  LogOf(SpecWith("#!/bin/sh\nexit 0\n", "#!/bin/sh\nexit 0\n"), 1);
  ASSERT_EQ(Images().size(), 1u);
  int number = 1;
  for (const char* registry : {"", "docker.io/", "index.docker.io/"}) {
    v1::JobSpec spec = Spec("echo never\n");
    spec.set_image(registry + Images()[0].tags.at(0));
    const FinishJobRequest end = Run(spec);
    EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED) << spec.image();
    EXPECT_EQ(end.reason(), "Images named kozmic-cache/… are Kozmic CI's own.");
    EXPECT_THAT(Log(++number), EndsWith(end.reason() + "\n"));
  }
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
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), kRunning, "installing\n"));
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
  EXPECT_TRUE(Images().empty());
}

TEST_F(RunnerInstallTest, AnImageThatIsGoneIsMadeAgain) {
  StartRunner();
  const v1::JobSpec spec = SpecWith("#!/bin/sh\nexit 0\n", "#!/bin/sh\nexit 0\n");
  EXPECT_EQ(LogOf(spec, 1), kRunning);
  ASSERT_EQ(Images().size(), 1u);
  ASSERT_TRUE(docker().RemoveImage(Images()[0].tags.at(0), true).ok());
  EXPECT_EQ(LogOf(spec, 2), kRunning);
  EXPECT_EQ(LogOf(spec, 3), Skipping());
}

// Threat model: what the image is made of is read by every later job.
TEST_F(RunnerInstallTest, NoSecretIsInItsEnvironmentOrImage) {
  v1::IssueCheckoutResponse checkout = Checkout();
  (*checkout.mutable_secrets())["TOKEN"] = kCanary;
  build_.set_checkout(checkout);
  StartRunner();
  const v1::JobSpec spec = SpecWith(
      "#!/bin/sh\necho \"<$TOKEN>\"\nenv > /tmp/env; cp -r /.kozmic/job /tmp/ 2>/dev/null\n"
      "cat /proc/[0-9]*/environ > /tmp/environ 2>/dev/null; true\n",
      "#!/bin/sh\necho \"<$TOKEN>\"\n");
  EXPECT_EQ(LogOf(spec, 1),
            absl::StrCat(kRunning, "<>\n<", std::string(sizeof(kCanary) - 1, '*'), ">\n"));
  ASSERT_EQ(Images().size(), 1u);
  std::string saved;
  const auto got = docker().http().Call({.method = "GET",
                                         .path = "/images/" + Images()[0].id + "/get",
                                         .timeout = kPatience,
                                         .on_bytes = [&](absl::string_view bytes) {
                                           saved.append(bytes.data(), bytes.size());
                                           return true;
                                         }});
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_GT(saved.size(), 100'000u);
  EXPECT_THAT(saved, HasSubstr("TERM=xterm")) << "what the script wrote is in it";
  EXPECT_FALSE(absl::StrContains(saved, kCanary));
}

// Bad input 83: what containers made reaches the host as files in folders that are removed without
// following links, and as images that Docker alone packs and unpacks.
TEST_F(RunnerInstallTest, BadInput83NothingThatAContainerMadeLeadsOut) {
  const std::string outside = folder_ + "/outside";
  std::filesystem::create_directory(outside);
  std::ofstream(outside + "/canary") << "alive";
  StartRunner();
  const std::string hostile = absl::StrCat(
      "cd /kozmic/src; ln -s ", outside, " out; ln -s ../../../../../.. up; rm -rf .git; ln -s ",
      outside, " .git\nln -s ", outside, "/canary ~/canary; ln ~/canary ~/twice\n");
  const std::string traps =
      "mkdir -p /tmp/x; cd /tmp/x; ln -s / root; ln -s ../../.. up; mkfifo pipe\n"
      "cp /bin/busybox '/tmp/x/..evil'; ln -s /kozmic/src/../../etc/passwd passwd\n";
  const v1::JobSpec spec = SpecWith("#!/bin/sh\n" + hostile + traps + "true\n",
                                    "#!/bin/sh\nls -A /tmp/x; cat file\n" + hostile + "true\n");
  const std::string seen = "..evil\npasswd\npipe\nroot\nup\ncontent\n";
  EXPECT_THAT(LogOf(spec, 1), EndsWith(seen));
  EXPECT_THAT(LogOf(spec, 2), EndsWith(seen));
  EXPECT_TRUE(NothingIsLeft());
  EXPECT_EQ(Text(outside + "/canary"), "alive");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(outside), {}), 1);
}

TEST_F(RunnerInstallTest, I18WhatAForkInstalledIsForItAlone) {
  StartRunner();
  const std::string install = "#!/bin/sh\necho installing; touch /tmp/made\n";
  v1::JobSpec fork = SpecWith(install, "#!/bin/sh\nls /tmp/made\n");
  fork.set_fork(true);
  EXPECT_EQ(LogOf(fork, 1), absl::StrCat(kRunning, "installing\n/tmp/made\n"));
  const v1::JobSpec own = SpecWith(install, "#!/bin/sh\nls /tmp/made\n");
  EXPECT_THAT(LogOf(own, 2), HasSubstr("installing\n"));
  EXPECT_EQ(LogOf(fork, 3), absl::StrCat(Skipping(), "/tmp/made\n")) << "what is there, it may use";
}

}  // namespace
}  // namespace kozmic::runner
