// kozmic-init with secrets, in real containers. Row P5.

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runner/init/protocol.h"
#include "services/runner/testing/init_fixture.h"

namespace kozmic::runner {
namespace {

using ::testing::HasSubstr;

using InitSecretsTest = InitTest;

TEST_F(InitSecretsTest, AreInTheEnvironmentAndMaskedInTheLog) {
  secrets_ = {{"TOKEN", "hunter22"}, {"KEY", "first line\nsecond line"}, {"PIN", "123"}};
  const ScriptExit exit =
      Run("#!/bin/sh\n[ \"$TOKEN\" = hunter\"22\" ] && echo same\n"
          "echo \"<$TOKEN>\" >&2; printf %s \"$TOKEN\" | base64; echo \"$KEY\"; echo first line; "
          "echo $PIN\n");
  EXPECT_EQ(exit.ExitCode(), 0);
  const std::string base64 = absl::Base64Escape("hunter22");
  EXPECT_EQ(LogText(), absl::StrCat("same\n<********>\n", std::string(10, '*'), base64.substr(10),
                                    "\n", std::string(22, '*'), "\n**********\n123\n"));
}

TEST_F(InitSecretsTest, AreMaskedHoweverTheScriptWritesThem) {
  secrets_ = {{"TOKEN", "abcdefgh"}};
  EXPECT_EQ(Run("#!/bin/sh\nfor c in x a b c d; do printf $c; sleep 0.05; done\n"
                "printf 'efg'; sleep 0.1; printf 'h|abcde'\n")
                .ExitCode(),
            0);
  EXPECT_EQ(LogText(), "x********|abcde") << "the end is not held back";
}

TEST_F(InitSecretsTest, AreMaskedInMegabytesWithoutLoss) {
  secrets_ = {{"TOKEN", "4321\n"}, {"OTHER", "77777"}};
  EXPECT_EQ(Run("#!/bin/sh\nseq 1 80000\n").ExitCode(), 0);
  std::string expected;
  for (int i = 1; i <= 80000; ++i) {
    std::string line = absl::StrCat(i);
    for (const std::string secret : {"4321", "77777"}) {
      for (size_t at = line.find(secret); at != std::string::npos; at = line.find(secret)) {
        line.replace(at, secret.size(), std::string(secret.size(), '*'));
      }
    }
    absl::StrAppend(&expected, line, "\n");
  }
  std::string log = LogText();
  // The secret that ends with a newline is masked with it at the end of a line.
  size_t masked = 0;
  for (size_t at = 0; at < expected.size() && at < log.size(); ++at) {
    if (expected[at] == '\n' && log[at] == '*') {
      log[at] = '\n';
      ++masked;
    }
  }
  EXPECT_EQ(masked, 8u);
  EXPECT_TRUE(log == expected) << log.size() << " of " << expected.size() << " bytes";
}

TEST_F(InitSecretsTest, OverrideTheImageButNothingOfOurs) {
  ASSERT_TRUE(ImportImage("kozmic-test/with-secret-env", "1", SmallImage().Bytes(),
                          {"ENV TOKEN=images", "ENV PATH=/images:/bin"})
                  .ok());
  plan_.environment["KOZMIC_REF"] = "ours";
  for (const char* name :
       {"TOKEN", "PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "CI", "TERM", "KOZMIC_REF"}) {
    secrets_[name] = "no";
  }
  secrets_["KOZMIC_NEW"] = "no";
  EXPECT_EQ(Run("#!/bin/sh\necho $TOKEN $PATH $HOME $USER $LOGNAME $SHELL $PWD $CI $TERM "
                "$KOZMIC_REF $KOZMIC_NEW.\n",
                "kozmic-test/with-secret-env:1")
                .ExitCode(),
            0);
  EXPECT_EQ(LogText(),
            "no /images:/bin /kozmic kozmic kozmic /bin/sh /kozmic/src true xterm ours .\n");
}

TEST_F(InitSecretsTest, AreInNoFileOnceTheScriptRuns) {
  secrets_ = {{"TOKEN", "canary-of-this-test"}};
  Begin("#!/bin/sh\necho running\nwhile [ ! -e go ]; do sleep 0.02; done\n");
  ASSERT_TRUE(folder_->Go(secrets_).ok());
  ASSERT_TRUE(Eventually([&] { return LogText() == "running\n"; })) << LogText();
  EXPECT_TRUE(folder_->Started());
  for (const auto& entry : std::filesystem::recursive_directory_iterator(work_)) {
    EXPECT_NE(entry.path().filename(), init::kSecretsFile);
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    EXPECT_THAT(text, testing::Not(HasSubstr("canary-of-this-test"))) << entry.path();
  }
  std::ofstream(folder_->source_path() + "/go") << "";
  EXPECT_EQ(Wait(), 0);
}

TEST_F(InitSecretsTest, NothingRunsWhenTheyAreGone) {
  Begin("#!/bin/sh\necho ran\n");
  // The runner wrote them, and somebody removed them before init came to it.
  docker().KillContainer(container_, "STOP").IgnoreError();
  ASSERT_TRUE(folder_->Go({{"TOKEN", "hunter22"}}).ok());
  folder_->RemoveSecrets();
  docker().KillContainer(container_, "CONT").IgnoreError();
  Wait();
  const auto exit = folder_->ReadExit();
  ASSERT_TRUE(exit.ok() && exit->has_value());
  EXPECT_EQ((*exit)->error, "cannot read the secrets: No such file or directory");
  EXPECT_EQ(LogText(), "kozmic: cannot read the secrets: No such file or directory\n");
  EXPECT_FALSE(folder_->Started());
}

}  // namespace
}  // namespace kozmic::runner
