// kozmic-init in real containers.

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runner/init/protocol.h"
#include "services/runner/testing/init_fixture.h"

namespace kozmic::runner {
namespace {

using ::testing::HasSubstr;

TEST_F(InitTest, LogIsExactlyWhatTheScriptWrote) {
  const ScriptExit exit = Run("#!/bin/sh\nprintf 'a\\0b\\377\\r\\n\\033[1mno newline'\n");
  EXPECT_EQ(exit.ExitCode(), 0);
  EXPECT_EQ(LogText(), std::string("a\0b\377\r\n\033[1mno newline", 20));
  EXPECT_TRUE(folder_->Started());
}

TEST_F(InitTest, RunsTheScriptAsTheUserInTheSourceFolder) {
  const ScriptExit exit =
      Run("#!/bin/sh\n"
          "id -un; id -u; id -g; pwd; echo $HOME $USER $LOGNAME $TERM $CI $PATH\n"
          "touch /kozmic/src/mine /kozmic/too && stat -c %U /kozmic /kozmic/src\n"
          "cat /proc/self/fd/0 | wc -c\n");
  EXPECT_EQ(exit.ExitCode(), 0);
  EXPECT_EQ(LogText(),
            "kozmic\n1000\n1000\n/kozmic/src\n"
            "/kozmic kozmic kozmic xterm true "
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
            "kozmic\nkozmic\n0\n");
}

TEST_F(InitTest, TellsExitCodes) {
  const ScriptExit exit = Run("#!/bin/sh\nexit 3\n");
  EXPECT_FALSE(exit.signalled);
  EXPECT_EQ(exit.ExitCode(), 3);
}

TEST_F(InitTest, TellsSignals) {
  const ScriptExit exit = Run("#!/bin/sh\nkill -9 $$\n");
  EXPECT_TRUE(exit.signalled);
  EXPECT_EQ(exit.ExitCode(), 137);
}

TEST_F(InitTest, ScriptWithoutInterpreterIsAShells) {
  EXPECT_EQ(Run("echo from $0\n").ExitCode(), 0);
  EXPECT_EQ(LogText(), "from /.kozmic/job/script\n");
}

TEST_F(InitTest, EmptyScriptSucceeds) {
  EXPECT_EQ(Run("").ExitCode(), 0);
  EXPECT_EQ(LogText(), "");
}

TEST_F(InitTest, BadInput67MissingInterpreterIsNamed) {
  EXPECT_EQ(Run("#!/usr/bin/env2 python3\nprint(1)\n").ExitCode(), 127);
  EXPECT_EQ(
      LogText(),
      "kozmic: line 1 of the script names the interpreter \"/usr/bin/env2\", which this image "
      "does not have\n");
}

TEST_F(InitTest, WindowsLineEndInTheFirstLineIsSeen) {
  EXPECT_EQ(Run("#!/bin/sh\r\necho hi\r\n").ExitCode(), 127);
  EXPECT_THAT(LogText(), HasSubstr("\"/bin/sh\\r\""));
}

TEST_F(InitTest, BadInput68InterpreterThatCannotRunIsNamed) {
  EXPECT_EQ(Run("#!/etc/passwd\n").ExitCode(), 126);
  EXPECT_THAT(LogText(), HasSubstr("\"/etc/passwd\": Permission denied"));
}

TEST_F(InitTest, BadInput67ImageWithoutAnything) {
  ASSERT_TRUE(ImportImage("kozmic-test/empty", "1", ImageTar().Folder("empty").Bytes()).ok());
  EXPECT_EQ(Run("echo hi\n", "kozmic-test/empty:1").ExitCode(), 127);
  EXPECT_THAT(LogText(), HasSubstr("no /bin/sh"));
}

TEST_F(InitTest, KeepsTheImagesUserAndItsGroups) {
  ImageTar tar = SmallImageWithoutAccounts();
  tar.File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nkozmic:x:777:778::/home/k:/bin/sh");
  tar.File("etc/group", "root:x:0:\nk:x:778:\nextra:x:900:other,kozmic\nno:x:901:kozmicx\n");
  ASSERT_TRUE(ImportImage("kozmic-test/with-user", "1", tar.Bytes()).ok());
  EXPECT_EQ(Run("#!/bin/sh\nid -u; id -g; id -G; echo $HOME\nstat -c %u:%g /kozmic\n",
                "kozmic-test/with-user:1")
                .ExitCode(),
            0);
  EXPECT_EQ(LogText(), "777\n778\n778 900\n/home/k\n777:778\n");
}

TEST_F(InitTest, AddsTheUserBesideOthersAndAllowsSudoWhereThereIsOne) {
  ImageTar tar = SmallImageWithoutAccounts();
  // No newline at the end, and the first id is taken.
  tar.File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/app:/bin/sh");
  tar.File("etc/group", "root:x:0:\napp:x:1000:");
  tar.File("etc/shadow", "root:*:1:0:99999:7:::\n", 0640);
  tar.Folder("etc/sudoers.d").Folder("usr").Folder("usr/bin").File("usr/bin/sudo", "", 0755);
  ASSERT_TRUE(ImportImage("kozmic-test/with-sudo", "1", tar.Bytes()).ok());
  EXPECT_EQ(Run("#!/bin/sh\ncat /etc/passwd /etc/group\nstat -c '%a %u' /etc/sudoers.d/kozmic\n",
                "kozmic-test/with-sudo:1")
                .ExitCode(),
            0);
  EXPECT_EQ(LogText(),
            "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/app:/bin/sh\n"
            "kozmic:x:1001:1001:Kozmic CI:/kozmic:/bin/sh\n"
            "root:x:0:\napp:x:1000:\nkozmic:x:1001:\n440 0\n");
}

TEST_F(InitTest, ImagesOwnVariablesReachTheScriptButDoNotOverrideOurs) {
  ASSERT_TRUE(ImportImage("kozmic-test/with-env", "1", SmallImage().Bytes(),
                          {"ENV GOPATH=/go", "ENV PATH=/go/bin:/bin", "ENV CI=no", "ENV USER=x",
                           "ENTRYPOINT [\"/bin/false\"]", "USER 5", "WORKDIR /tmp"})
                  .ok());
  plan_.environment["KOZMIC_REF"] = "refs/heads/a b\"'$(id)\n";
  EXPECT_EQ(
      Run("#!/bin/sh\necho $GOPATH $PATH $CI $USER \"$KOZMIC_REF\"\n", "kozmic-test/with-env:1")
          .ExitCode(),
      0);
  EXPECT_EQ(LogText(), "/go /go/bin:/bin true kozmic refs/heads/a b\"'$(id)\n\n");
}

TEST_F(InitTest, TwentyThousandLinesWithoutLoss) {
  EXPECT_EQ(Run("#!/bin/sh\nseq 1 20000\n").ExitCode(), 0);
  std::string expected;
  for (int i = 1; i <= 20000; ++i) absl::StrAppend(&expected, i, "\n");
  EXPECT_TRUE(LogText() == expected) << "log of " << LogText().size() << " bytes";
}

TEST_F(InitTest, OutputAndErrorOutputKeepTheirOrder) {
  EXPECT_EQ(Run("#!/bin/sh\nfor i in $(seq 500); do echo o$i; echo e$i >&2; done\n").ExitCode(), 0);
  std::string expected;
  for (int i = 1; i <= 500; ++i) absl::StrAppend(&expected, "o", i, "\ne", i, "\n");
  EXPECT_EQ(LogText(), expected);
}

TEST_F(InitTest, OutputsMayBeOpenedByNameWithoutCuttingTheLog) {
  EXPECT_EQ(
      Run("#!/bin/sh\necho 1\necho 2 > /dev/stderr\necho 3 > /dev/stdout\necho 4\n").ExitCode(), 0);
  EXPECT_EQ(LogText(), "1\n2\n3\n4\n");
}

TEST_F(InitTest, ScriptsUserCannotTouchTheJobFolder) {
  EXPECT_EQ(Run("#!/bin/sh\ncd /.kozmic/job\n"
                "for f in log exit new; do (echo x > $f) 2>/dev/null && echo wrote $f; done\n"
                "rm -f log 2>/dev/null; mv log l 2>/dev/null; cat instructions 2>/dev/null\n"
                "(echo x > ../init) 2>/dev/null && echo wrote init\necho done\n")
                .ExitCode(),
            0);
  EXPECT_EQ(LogText(), "done\n");
}

TEST_F(InitTest, EndsWhatTheScriptLeftRunningAndKeepsItsOutput) {
  const absl::Time before = absl::Now();
  EXPECT_EQ(Run("#!/bin/sh\nsleep 1000 &\n(trap '' TERM HUP; while :; do sleep 1; done) &\n"
                "echo end\nexit 4\n")
                .ExitCode(),
            4);
  EXPECT_EQ(LogText(), "end\n");
  EXPECT_LT(absl::Now() - before, absl::Seconds(15));
}

TEST_F(InitTest, ForwardsTermToTheScript) {
  // The child says so: one that began after the signal would go on.
  Begin(
      "#!/bin/sh\ntrap 'echo got it; exit 9' TERM\nwhile :; do (echo ready; exec sleep 60); "
      "done\n");
  ASSERT_TRUE(folder_->Go().ok());
  ASSERT_TRUE(Eventually([&] { return LogText() == "ready\n"; })) << LogText();
  ASSERT_TRUE(docker().KillContainer(container_, "TERM").ok());
  EXPECT_EQ(Wait(), 9);
  EXPECT_EQ((*folder_->ReadExit())->ExitCode(), 9);
  // The shell's child got it too.
  EXPECT_EQ(LogText(), "ready\nTerminated\ngot it\n");
}

TEST_F(InitTest, KillsEverythingOnDemandAndStillReports) {
  Begin("#!/bin/sh\ntrap '' TERM\necho ready\nwhile :; do sleep 0.05; done\n");
  ASSERT_TRUE(folder_->Go().ok());
  ASSERT_TRUE(Eventually([&] { return LogText() == "ready\n"; })) << LogText();
  ASSERT_TRUE(docker().KillContainer(container_, init::kKillEverythingSignal).ok());
  EXPECT_EQ(Wait(), 137);
  EXPECT_EQ((*folder_->ReadExit())->ExitCode(), 137);
}

// P16, K46: without the engine, which may hang, and by a runner that was restarted.
TEST_F(InitTest, EndsByTheRunnersWord) {
  // The word may come before the sleep does, which then goes on.
  Begin("#!/bin/sh\ntrap 'echo got it' TERM\necho ready\nwhile :; do sleep 0.05; done\n");
  ASSERT_TRUE(folder_->Go().ok());
  ASSERT_TRUE(Eventually([&] { return LogText() == "ready\n"; })) << LogText();
  ASSERT_TRUE(folder_->Tell(init::kEnd).ok());
  ASSERT_TRUE(Eventually([&] { return absl::EndsWith(LogText(), "got it\n"); })) << LogText();
  auto adopted = JobFolder::Open(work_, folder_->id());
  ASSERT_TRUE(adopted.ok()) << adopted.status();
  folder_ = *std::move(adopted);
  EXPECT_TRUE(docker().InspectContainer(container_)->running) << "the pipe's end is no word";
  ASSERT_TRUE(folder_->Tell(init::kKill).ok());
  EXPECT_EQ(Wait(), 137);
  EXPECT_EQ((*folder_->ReadExit())->ExitCode(), 137);
}

TEST_F(InitTest, WordToEndThatComesFirstLetsNothingRun) {
  Begin("#!/bin/sh\necho never\n");
  ASSERT_TRUE(folder_->Tell(init::kEnd).ok());
  Wait();
  EXPECT_FALSE(folder_->Started());
  EXPECT_EQ(LogText(), "");
}

TEST_F(InitTest, ContainerKilledFromOutsideLeavesNoExit) {
  Begin("#!/bin/sh\necho ready\nwhile :; do sleep 0.05; done\n");
  ASSERT_TRUE(folder_->Go().ok());
  ASSERT_TRUE(Eventually([&] { return LogText() == "ready\n"; })) << LogText();
  ASSERT_TRUE(docker().KillContainer(container_, "KILL").ok());
  Wait();
  EXPECT_FALSE(folder_->ReadExit()->has_value());
  EXPECT_TRUE(folder_->Started());
}

TEST_F(InitTest, WaitsForTheRunnersWord) {
  Begin("#!/bin/sh\necho ran\n");
  EXPECT_TRUE(docker().InspectContainer(container_)->running);
  EXPECT_FALSE(folder_->Started());
  EXPECT_EQ(LogText(), "");
  ASSERT_TRUE(folder_->Go().ok());
  EXPECT_EQ(Wait(), 0);
  EXPECT_EQ(LogText(), "ran\n");
}

TEST_F(InitTest, LeavesWithoutRunningTheScriptWhenTheRunnerGoes) {
  Begin("#!/bin/sh\necho ran\n");
  // The container runs before init takes signals, and Linux drops what a first process does not
  // take.
  ASSERT_TRUE(Eventually([&] {
    docker().KillContainer(container_, "TERM").IgnoreError();
    const auto info = docker().InspectContainer(container_);
    return info.ok() && !info->running;
  }));
  EXPECT_FALSE(folder_->Started());
  EXPECT_FALSE(folder_->ReadExit()->has_value());
  EXPECT_EQ(LogText(), "");
}

TEST_F(InitTest, BadInput81GivesWholeCloneToTheUserWithoutFollowingLinks) {
  const std::string source = folder_->source_path();
  std::filesystem::create_directories(source + "/a/b/c");
  std::ofstream(source + "/a/b/c/file") << "x";
  std::filesystem::create_symlink("/etc/passwd", source + "/a/link");
  std::filesystem::create_symlink("/tmp", source + "/a/folder");
  EXPECT_EQ(
      Run("#!/bin/sh\nstat -c %U a/b/c/file a/link; stat -c %U /etc/passwd /tmp\n").ExitCode(), 0);
  EXPECT_EQ(LogText(), "kozmic\nkozmic\nroot\nroot\n");
}

TEST_F(InitTest, IsSmall) { EXPECT_LT(std::filesystem::file_size(init_path_), 1u << 20); }

}  // namespace
}  // namespace kozmic::runner
