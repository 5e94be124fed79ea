#include "services/runner/outcome.h"

#include <string>

#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

using v1::FinishJobRequest;

TEST(OutcomeTest, SuccessNeedsAnExitCodeAndAWholeLog) {
  ScriptExit exit;
  EXPECT_EQ(Outcome::Of(exit, false).outcome, FinishJobRequest::OUTCOME_EXITED);
  EXPECT_EQ(Outcome::Of(exit, false).exit_code, 0);
  exit.log_error = "No space left on device";
  EXPECT_EQ(Outcome::Of(exit, false).outcome, FinishJobRequest::OUTCOME_ERROR);
  EXPECT_FALSE(Outcome::Of(exit, false).reason.empty());
}

TEST(OutcomeTest, SignalsAreExitCodesAsShellsHaveThem) {
  ScriptExit exit;
  exit.signalled = true;
  exit.number = 9;
  EXPECT_EQ(Outcome::Of(exit, false).exit_code, 137);
}

// K44
TEST(OutcomeTest, InstallScriptThatFailedIsNamed) {
  ScriptExit exit;
  exit.number = 3;
  EXPECT_EQ(Outcome::Of(exit, true).outcome, FinishJobRequest::OUTCOME_EXITED);
  EXPECT_EQ(Outcome::Of(exit, true).exit_code, 3);
  EXPECT_EQ(Outcome::Of(exit, true).reason, "The install script exited with 3.");
}

// P16, K46
TEST(OutcomeTest, LimitsAreNamedWithTheirTime) {
  EXPECT_EQ(Outcome::TimedOut(3600).outcome, FinishJobRequest::OUTCOME_TIMED_OUT);
  EXPECT_EQ(Outcome::TimedOut(3600).reason, "The job was ended after 60 min, its time limit.");
  EXPECT_EQ(Outcome::TimedOut(90).reason, "The job was ended after 90 s, its time limit.");
  EXPECT_EQ(Outcome::Stalled(600).outcome, FinishJobRequest::OUTCOME_STALLED);
  EXPECT_EQ(Outcome::Stalled(600).reason, "The script wrote nothing for 10 min and was killed.");
}

TEST(OutcomeTest, ScriptThatCouldNotBeSetUpIsAFailure) {
  ScriptExit exit;
  exit.error = "no /etc";
  EXPECT_EQ(Outcome::Of(exit, false).outcome, FinishJobRequest::OUTCOME_FAILED);
  EXPECT_EQ(Outcome::Of(exit, false).reason, "The script was not started: no /etc");
}

TEST(CleanReasonTest, IsAlwaysShortValidText) {
  EXPECT_EQ(CleanReason("plain caf\xc3\xa9 \xf0\x9f\x98\x80"),
            "plain caf\xc3\xa9 \xf0\x9f\x98\x80");
  EXPECT_EQ(CleanReason("a\nb\tc\x1b[31m\x7f"), "a b c [31m");
  EXPECT_EQ(CleanReason("x\xff\xc3y\xe2\x82"), "x??y??");
  EXPECT_EQ(CleanReason("\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80"), "?? ??? ????");
  EXPECT_EQ(CleanReason(std::string(5000, 'a')).size(), 1000u);
  const std::string cut = CleanReason(std::string(999, 'a') + "\xc3\xa9");
  EXPECT_EQ(cut.size(), 999u) << "a character is not cut in two";
}

}  // namespace
}  // namespace kozmic::runner
