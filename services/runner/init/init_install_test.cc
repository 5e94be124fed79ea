// kozmic-init with an install script, in real containers. Row K44.

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runner/testing/init_fixture.h"

namespace kozmic::runner {
namespace {

using ::testing::HasSubstr;

using InitInstallTest = InitTest;

TEST_F(InitInstallTest, RunsBeforeTheScriptInTheSameWay) {
  plan_.install_script = "#!/bin/sh\necho 1; id -un; pwd; echo $CI $TOKEN\necho made > made\n";
  secrets_ = {{"TOKEN", "hunter22"}};
  EXPECT_EQ(Run("#!/bin/sh\necho 2; cat made; stat -c %U made\n").ExitCode(), 0);
  EXPECT_EQ(LogText(), "1\nkozmic\n/kozmic/src\ntrue ********\n2\nmade\nkozmic\n");
}

TEST_F(InitInstallTest, FailureEndsTheJobBeforeTheScript) {
  plan_.install_script = "#!/bin/sh\necho no\nexit 3\n";
  const ScriptExit exit = Run("#!/bin/sh\necho never\n");
  EXPECT_TRUE(exit.install);
  EXPECT_EQ(exit.ExitCode(), 3);
  EXPECT_EQ(LogText(), "no\n");
  EXPECT_TRUE(folder_->Started());
}

TEST_F(InitInstallTest, SignalEndsTheJobBeforeTheScript) {
  plan_.install_script = "#!/bin/sh\nkill -9 $$\n";
  const ScriptExit exit = Run("#!/bin/sh\necho never\n");
  EXPECT_TRUE(exit.install && exit.signalled);
  EXPECT_EQ(exit.ExitCode(), 137);
  EXPECT_EQ(LogText(), "");
}

TEST_F(InitInstallTest, MissingInterpreterIsNamed) {
  plan_.install_script = "#!/no/such/program\n";
  const ScriptExit exit = Run("#!/bin/sh\necho never\n");
  EXPECT_TRUE(exit.install);
  EXPECT_EQ(exit.ExitCode(), 127);
  EXPECT_THAT(LogText(), HasSubstr("line 1 of the install script names the interpreter"));
}

TEST_F(InitInstallTest, WhatItLeftRunningDoesNotReachTheScript) {
  plan_.install_script = "#!/bin/sh\n(sleep 1000; echo late) &\necho installed\n";
  EXPECT_EQ(Run("#!/bin/sh\nps -o comm | grep -c sleep\nexit 0\n").ExitCode(), 0);
  EXPECT_EQ(LogText(), "installed\n0\n");
}

TEST_F(InitInstallTest, ScriptIsNotBegunWhenAnEndWasAskedFor) {
  plan_.install_script =
      "#!/bin/sh\ntrap 'echo bye; exit 0' TERM\necho ready\nwhile :; do sleep 0.05; done\n";
  Begin("#!/bin/sh\necho never\n");
  ASSERT_TRUE(folder_->Go().ok());
  ASSERT_TRUE(Eventually([&] { return LogText() == "ready\n"; })) << LogText();
  ASSERT_TRUE(docker().KillContainer(container_, "TERM").ok());
  EXPECT_EQ(Wait(), 143);
  const auto exit = folder_->ReadExit();
  ASSERT_TRUE(exit.ok() && exit->has_value());
  EXPECT_TRUE((*exit)->install);
  EXPECT_EQ((*exit)->ExitCode(), 143);
  EXPECT_THAT(LogText(), testing::Not(HasSubstr("never")));
}

}  // namespace
}  // namespace kozmic::runner
