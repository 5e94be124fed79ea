// kozmic-run, on real Docker. Row N10.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "services/runner/testing/runner_fixture.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class KozmicRunTest : public RunnerTest {
 protected:
  struct Ended {
    int code = 0;
    std::string log;
    std::string errors;
  };

  void SetUp() override {
    RunnerTest::SetUp();
    if (HasFatalFailure()) return;
    fs::create_directories(work());
    environment_ = {{"PATH", std::getenv("PATH")},
                    {"KOZMIC_DOCKER_HOST", engine_host_},
                    {"KOZMIC_NAME", name_},
                    {"KOZMIC_WORK_DIR", work()},
                    {"KOZMIC_CACHE_DIR", folder_ + "/cache"},
                    {"KOZMIC_INIT_PATH", fs::canonical("services/runner/init/kozmic-init")},
                    {"KOZMIC_RUN_CLONE_URL", "file://" + git_->path()}};
  }

  ~KozmicRunTest() override {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    const auto images = docker().ListImages("kozmic.cache=projects/0");
    for (const auto& image : images.value_or(std::vector<docker::ImageSummary>())) {
      for (const auto& tag : image.tags) docker().RemoveImage(tag, true).IgnoreError();
    }
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(absl::StrCat(folder_, "/", name)) << text;
  }
  void Set(const std::string& name, const std::string& value) { environment_[name] = value; }
  void SetHook(const std::string& yaml) {
    Write("hook.yaml", yaml);
    Set("KOZMIC_RUN_HOOK", folder_ + "/hook.yaml");
    Set("KOZMIC_RUN_REPOSITORY", "owner/name");
    Set("KOZMIC_RUN_REF", "refs/heads/main");
    Set("KOZMIC_RUN_COMMIT", commit_);
  }

  void Start() {
    std::vector<std::string> texts;
    for (const auto& [name, value] : environment_) texts.push_back(absl::StrCat(name, "=", value));
    std::vector<char*> environment;
    for (std::string& text : texts) environment.push_back(text.data());
    environment.push_back(nullptr);
    const std::string program = fs::canonical("services/runner/local/kozmic-run");
    pid_ = fork();
    ASSERT_GE(pid_, 0);
    if (pid_ > 0) return;
    dup2(open((folder_ + "/out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    dup2(open((folder_ + "/err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    execle(program.c_str(), program.c_str(), nullptr, environment.data());
    _exit(127);
  }
  Ended End() {
    int status = 0;
    const absl::Time deadline = absl::Now() + kPatience;
    while (waitpid(pid_, &status, WNOHANG) == 0) {
      if (absl::Now() > deadline) {
        ADD_FAILURE() << "it has not ended";
        return {};
      }
      absl::SleepFor(absl::Milliseconds(5));
    }
    pid_ = -1;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            Text(folder_ + "/out"), Text(folder_ + "/err")};
  }
  Ended Run() {
    Start();
    return End();
  }
  bool WaitForOutput(const std::string& text) {
    const absl::Time deadline = absl::Now() + kPatience;
    while (!absl::StrContains(Text(folder_ + "/out"), text)) {
      if (absl::Now() > deadline) return false;
      absl::SleepFor(absl::Milliseconds(5));
    }
    return true;
  }
  bool NothingButTheLockIsLeft() {
    const auto left = Leftovers();
    EXPECT_THAT(left, ::testing::IsEmpty());
    return left.empty();
  }

  std::map<std::string, std::string> environment_;
  pid_t pid_ = -1;
};

TEST_F(KozmicRunTest, N10RunsAHooksScriptsOnACommitOfThisMachineAndEndsAsTheyDo) {
  SetHook(absl::StrCat("image: ", image_, R"(
install_script: |
  #!/bin/sh
  echo installed > /tmp/installed
tracked_files: [file]
script: |
  #!/bin/sh
  cat /tmp/installed file
  echo "$KOZMIC_BRANCH $CI"
  exit 7
)"));
  const Ended ended = Run();
  EXPECT_EQ(ended.log, absl::StrCat(Pulling(), "Running install script...\ninstalled\ncontent\n",
                                    "main true\n"));
  EXPECT_EQ(ended.code, 7);
  EXPECT_EQ(ended.errors, "");
  EXPECT_TRUE(NothingButTheLockIsLeft());
  // As on a runner, what was installed serves again.
  EXPECT_THAT(Run().log, HasSubstr("Skipping install script"));
}

TEST_F(KozmicRunTest, N10RunsAJobAsTheServerSpecifiesItWithSecretsThatStaySecret) {
  v1::JobSpec spec = Spec("#!/bin/sh\necho \"<$TOKEN> $KOZMIC_BRANCH\"\n");
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(spec, &json, options).ok());
  // Of a newer server.
  Write("spec.json", "{\"not_known_yet\": {\"a\": 1}, " + json.substr(1));
  Set("KOZMIC_RUN_SPEC", folder_ + "/spec.json");
  Write("secrets", "# Mine.\nTOKEN=of-the-secrets\n");
  Set("KOZMIC_RUN_SECRETS", folder_ + "/secrets");
  const Ended ended = Run();
  EXPECT_EQ(ended.log, absl::StrCat(Pulling(), "<**************> main\n"));
  EXPECT_EQ(ended.code, 0);
  EXPECT_TRUE(NothingButTheLockIsLeft());
}

TEST_F(KozmicRunTest, FailuresThatAreNotTheScriptsAreNamed) {
  SetHook(absl::StrCat("image: ", registry_->address(), "/none:1\nscript: \"#!/bin/sh\\n\"\n"));
  const Ended no_image = Run();
  EXPECT_EQ(no_image.code, 125);
  EXPECT_THAT(no_image.errors, HasSubstr("/none:1"));
  SetHook(absl::StrCat("image: ", image_, "\nscript: \"#!/bin/sh\\n\"\n"));
  Set("KOZMIC_RUN_COMMIT", std::string(40, 'd'));
  EXPECT_EQ(Run().code, 125);
  SetHook("image: a");
  const Ended no_script = Run();
  EXPECT_EQ(no_script.code, 125);
  EXPECT_EQ(no_script.errors, "kozmic: hook file: script: is missing\n");
}

TEST_F(KozmicRunTest, InterruptedItEndsTheScriptAndTidiesUp) {
  SetHook(absl::StrCat("image: ", image_, R"(
script: |
  #!/bin/sh
  trap 'echo ending; exit 3' TERM
  echo begun
  while :; do sleep 0.1; done
)"));
  Start();
  ASSERT_TRUE(WaitForOutput("begun\n"));
  // Two at once would harm each other.
  const pid_t first = pid_;
  Start();
  const pid_t second = pid_;
  int status = 0;
  waitpid(second, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 125);
  EXPECT_THAT(Text(folder_ + "/err"), HasSubstr("Another ./kozmic run is at work here."));
  pid_ = first;
  kill(first, SIGINT);
  const Ended ended = End();
  EXPECT_EQ(ended.code, 130);
  EXPECT_TRUE(NothingButTheLockIsLeft());
}

TEST_F(KozmicRunTest, WhatAKilledOneLeftIsRemovedByTheNext) {
  SetHook(absl::StrCat("image: ", image_, "\nscript: |\n  #!/bin/sh\n  echo begun\n  sleep 600\n"));
  Start();
  ASSERT_TRUE(WaitForOutput("begun\n"));
  kill(pid_, SIGKILL);
  EXPECT_EQ(End().code, 137);
  EXPECT_FALSE(Leftovers().empty());
  SetHook(absl::StrCat("image: ", image_, R"(
script: |
  #!/bin/sh
  trap 'exit 0' TERM
  echo again
  while :; do sleep 0.05; done
)"));
  Start();
  ASSERT_TRUE(WaitForOutput("again\n"));
  const absl::Time deadline = absl::Now() + kPatience;
  while (Leftovers().size() > 2 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(20));
  kill(pid_, SIGTERM);
  EXPECT_EQ(End().code, 130);
  EXPECT_TRUE(NothingButTheLockIsLeft());
}

}  // namespace
}  // namespace kozmic::runner
