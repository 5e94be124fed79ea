// The runner's program with a project's secrets. Row P5, and no secret where it does not belong
// (I15).

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/process/child_process.h"
#include "services/runner/testing/runner_fixture.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using v1::FinishJobRequest;

constexpr char kCanary[] = "canary-4f1c2d7e-of-the-secrets";
constexpr char kMarker[] = "marker-of-what-the-script-wrote";

class RunnerSecretsTest : public RunnerTest {
 protected:
  void SetUp() override {
    RunnerTest::SetUp();
    if (HasFatalFailure()) return;
    v1::IssueCheckoutResponse checkout = Checkout();
    (*checkout.mutable_secrets())["TOKEN"] = kCanary;
    build_.set_checkout(checkout);
  }

  static void RunProgram(const std::vector<std::string>& argv) {
    const auto result = RunChild(argv, {"PATH=/usr/bin:/bin"}, absl::Seconds(60), {});
    ASSERT_TRUE(result.ok()) << result.status();
    ASSERT_EQ(result->exit_code, 0) << argv.front() << ": " << result->output;
  }
  // What the Docker engine answers, in a file.
  std::string AskEngine(const std::string& method, const std::string& path) {
    const std::string file = absl::StrCat(folder_, "/answer", ++answers_);
    RunProgram({"curl", "--silent", "--show-error", "--fail", "--request", method, "--output", file,
                "--unix-socket", std::string(absl::StripPrefix(docker_host(), "unix://")),
                "http://localhost" + path});
    return file;
  }
  static bool HasCanary(const std::string& text) {
    return absl::StrContains(text, kCanary) ||
           absl::StrContains(text, absl::Base64Escape(kCanary).substr(0, 30));
  }
  // The files below a folder that have a text.
  static std::vector<std::string> FilesWith(const std::string& folder, const std::string& text) {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file() && absl::StrContains(Text(entry.path()), text)) {
        found.push_back(entry.path());
      }
    }
    return found;
  }

  int answers_ = 0;
};

TEST_F(RunnerSecretsTest, ReachTheScriptAndNothingElse) {
  StartRunner();
  // While it is looked at it starts no process: what the script's own children have is its own, and
  // in the middle of their start nothing tells whose they are.
  const std::string attempt =
      build_.Enqueue(Spec(absl::StrCat("#!/bin/sh\necho ", kMarker, " > /tmp/file\nmkfifo go\n",
                                       "echo \"<$TOKEN>\"\nread -r line < go\n")));
  ASSERT_TRUE(WaitForLine(">\n"));
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), "<", std::string(sizeof(kCanary) - 1, '*'), ">\n"));

  // Processes: the script's alone.
  std::set<std::string> holders;
  for (const auto& process : fs::directory_iterator("/proc")) {
    const std::string path = process.path();
    EXPECT_FALSE(HasCanary(Text(path + "/cmdline"))) << Text(path + "/cmdline");
    if (HasCanary(Text(path + "/environ"))) holders.insert(Text(path + "/comm"));
  }
  EXPECT_THAT(holders, testing::ElementsAre("script\n"));

  // Files: none, of the job's folder, the mirror, the runner's own log.
  EXPECT_THAT(FilesWith(folder_, kCanary), testing::IsEmpty());

  // Docker: neither the container nor an image made of it.
  const auto containers = docker().ListContainers("kozmic.runner=" + name_);
  ASSERT_TRUE(containers.ok() && containers->size() == 1);
  const std::string& container = containers->front().id;
  EXPECT_FALSE(HasCanary(Text(AskEngine("GET", absl::StrCat("/containers/", container, "/json")))));
  const std::string image = absl::StrCat("kozmic-test/committed-", name_);
  AskEngine("POST", absl::StrCat("/commit?container=", container, "&repo=", image, "&tag=1"));
  EXPECT_FALSE(HasCanary(Text(AskEngine("GET", absl::StrCat("/images/", image, ":1/json")))));
  const std::string saved = AskEngine("GET", absl::StrCat("/images/", image, ":1/get"));
  EXPECT_TRUE(docker().RemoveImage(image + ":1", true).ok());
  const std::string layers = folder_ + "/layers";
  fs::create_directory(layers);
  RunProgram({"tar", "-xf", saved, "-C", layers});
  // Some engines compress layers.
  RunProgram({"sh", "-c",
              "find \"$0\" -type f | while read -r f; do ! gzip -t \"$f\" 2>/dev/null || "
              "gzip -dc \"$f\" > \"$f.plain\"; done",
              layers});
  EXPECT_THAT(FilesWith(layers, kMarker), testing::Not(testing::IsEmpty())) << "it can be searched";
  EXPECT_THAT(FilesWith(layers, kCanary), testing::IsEmpty());
  EXPECT_THAT(FilesWith(layers, absl::Base64Escape(kCanary).substr(0, 30)), testing::IsEmpty());

  // For reading too: so it does not wait for a script that is gone.
  std::fstream(job_folder() + "/src/go", std::ios::in | std::ios::out) << "go\n" << std::flush;
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_TRUE(NothingIsLeft());
}

TEST_F(RunnerSecretsTest, AreMaskedWhileAndAfterTheRunnerIsAway) {
  StartRunner();
  const std::string attempt = build_.Enqueue(
      Spec("#!/bin/sh\necho one\nwhile [ ! -e go ]; do sleep 0.02; done\necho \"<$TOKEN>\"\n"
           "while [ ! -e on ]; do sleep 0.02; done\necho \"[$TOKEN]\"\n"));
  ASSERT_TRUE(WaitForLine("one\n"));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  Give("go");
  StartRunner();
  ASSERT_TRUE(WaitForLine(">\n"));
  Give("on");
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  const std::string mask(sizeof(kCanary) - 1, '*');
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), "one\n<", mask, ">\n[", mask, "]\n"));
}

TEST_F(RunnerSecretsTest, AreMaskedInTheRunnersOwnWords) {
  v1::IssueCheckoutResponse checkout = Checkout();
  (*checkout.mutable_secrets())["SOME_ID"] = std::string(40, 'd');
  build_.set_checkout(checkout);
  StartRunner();
  v1::JobSpec spec = Spec("echo never\n");
  spec.set_commit(std::string(40, 'd'));
  const FinishJobRequest end = WaitForEnd(build_.Enqueue(spec));
  EXPECT_EQ(end.outcome(), FinishJobRequest::OUTCOME_FAILED);
  EXPECT_THAT(end.reason(), HasSubstr(std::string(40, '*')));
  EXPECT_EQ(Log(), absl::StrCat(Pulling(), end.reason(), "\n"));
}

TEST_F(RunnerSecretsTest, AreGivenAgainWhenAJobBeginsAnew) {
  build_.HoldCheckouts(true);
  StartRunner();
  const std::string attempt = build_.Enqueue(Spec("[ \"$TOKEN\" ] && echo \"<$TOKEN>\"\n"));
  ASSERT_TRUE(build_.WaitForCheckouts(1, kPatience));
  runner_->Signal(SIGKILL);
  EXPECT_EQ(runner_->Wait(kPatience), 137);
  build_.HoldCheckouts(false);
  StartRunner();
  EXPECT_EQ(WaitForEnd(attempt).exit_code(), 0);
  EXPECT_THAT(Log(), HasSubstr(absl::StrCat("<", std::string(sizeof(kCanary) - 1, '*'), ">\n")));
}

}  // namespace
}  // namespace kozmic::runner
