#include "services/runner/init_messages.h"

#include <string>

#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

TEST(ParseExitTest, TakesWhatInitWrites) {
  EXPECT_EQ(ParseExit("code 0\n")->ExitCode(), 0);
  EXPECT_EQ(ParseExit("code 255\n")->ExitCode(), 255);
  EXPECT_EQ(ParseExit("signal 15\n")->ExitCode(), 143);
  EXPECT_EQ(ParseExit("error no /etc\n")->error, "no /etc");
  EXPECT_EQ(ParseExit("code 1\nnote too many\nlog-error x\n")->note, "too many");
  EXPECT_EQ(ParseExit("code 1\nnote too many\nlog-error x\n")->log_error, "x");
  EXPECT_EQ(ParseExit("code 1\nlog-error x\n")->note, "");
  for (const char* bad :
       {"", "\n", "0", "code 0", "code\n", "code \n", "code x\n", "code -1\n", "code 256\n",
        "signal 0\n", "signal 200\n", "error \n", "done 0\n", "code 0\nmore\n", "code 0\n\n",
        "code 0\nnote \n", "code 0\nlog-error x\nnote y\n", "code 0\nlog-error \n",
        "code 0\nlog-error x\ny\n"}) {
    EXPECT_FALSE(ParseExit(bad).has_value()) << bad;
  }
}

TEST(SerializeInstructionsTest, WritesRecordsAndDropsWhatNoEnvironmentCanHold) {
  ScriptPlan plan;
  plan.user = "u";
  plan.home = "/h";
  plan.working_folder = "/w";
  plan.environment = {{"A", "1\n2"}, {"B=C", "x"}, {"D", std::string("a\0b", 3)}, {"", "x"}};
  const std::string head("kozmic-init 2\nuu\0h/h\0w/w\0", 14 + 3 + 4 + 4);
  const std::string tail("s/.kozmic/job/script\0eA=1\n2\0", 21 + 7);
  EXPECT_EQ(SerializeInstructions(plan), head + tail);
  plan.no_new_privileges = true;
  const std::string hardened("s/.kozmic/job/script\0n\0eA=1\n2\0", 21 + 2 + 7);
  EXPECT_EQ(SerializeInstructions(plan), head + hardened);
}

TEST(SerializeSecretsTest, WritesRecordsAndDropsWhatNoEnvironmentCanHold) {
  const std::string expected("kozmic-secrets 1\nA=1\n2\0B=\0", 17 + 6 + 3);
  EXPECT_EQ(SerializeSecrets({{"A", "1\n2"}, {"B", ""}, {"C=D", "x"}, {"E", std::string(1, '\0')}}),
            expected);
}

}  // namespace
}  // namespace kozmic::runner
