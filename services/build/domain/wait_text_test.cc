#include "services/build/domain/wait_text.h"

#include "gtest/gtest.h"

namespace kozmic::build {
namespace {

WaitFacts Facts() {
  WaitFacts facts;
  facts.gate = v1::GATE_OPEN;
  facts.any_runner = true;
  facts.fitting_runners = 2;
  facts.slots = 4;
  facts.busy_slots = 4;
  return facts;
}

std::string Sentence(const WaitFacts& facts) { return Explain(facts).sentence(); }

// P41
TEST(WaitTextTest, EveryReasonHasItsSentence) {
  WaitFacts facts = Facts();
  EXPECT_EQ(Sentence(facts),
            "It waits for a free place: 4 places of all 2 runners that fit it are taken. It is "
            "next.");
  facts.ahead = 1;
  facts.slots = facts.busy_slots = facts.fitting_runners = 1;
  EXPECT_EQ(Sentence(facts),
            "It waits for a free place: 1 place of 1 runner that fits it is taken. 1 job is before "
            "it.");
  facts.busy_slots = 0;
  EXPECT_EQ(Sentence(facts), "It is about to start. 1 job is before it.");
  facts.ahead = 1000;
  EXPECT_EQ(Sentence(facts), "It is about to start. More than 1000 jobs are before it.");
  facts.labels = {"gpu", "linux"};
  facts.fitting_runners = 0;
  EXPECT_EQ(Sentence(facts),
            "It waits for a runner that has all of the labels \"gpu\", \"linux\": none that is "
            "online does.");
  facts.missing_labels = {"gpu"};
  EXPECT_EQ(Sentence(facts),
            "It waits for a runner with the label \"gpu\": none that is online has it.");
  facts.any_runner = false;
  EXPECT_EQ(Sentence(facts), "It waits for a runner: none is online.");
}

TEST(WaitTextTest, APausedRunnerIsNamedWhenNoOtherFits) {
  WaitFacts facts = Facts();
  facts.paused_runners = 1;
  EXPECT_EQ(Sentence(facts).find("paused"), std::string::npos);
  facts.fitting_runners = facts.slots = facts.busy_slots = 0;
  facts.any_runner = false;
  EXPECT_EQ(Sentence(facts),
            "It waits for a runner: the only one that fits it is paused by an administrator.");
  facts.paused_runners = 3;
  EXPECT_EQ(Sentence(facts),
            "It waits for a runner: all 3 that fit it are paused by an administrator.");
}

TEST(WaitTextTest, ALimitThatIsReachedIsWhatItWaitsForWhetherOrNotItsTurnHasCome) {
  WaitFacts facts = Facts();
  facts.project_limit = 2;
  facts.project_running = 2;
  EXPECT_EQ(Explain(facts).gate(), v1::GATE_PROJECT_LIMIT);
  EXPECT_EQ(Explain(facts).limit(), 2);
  EXPECT_EQ(Sentence(facts),
            "It waits for the project's limit: of its jobs, 2 run at once at most, and 2 are "
            "running.");
  facts.project_running = 1;
  EXPECT_EQ(Explain(facts).gate(), v1::GATE_OPEN);
  facts.hook_limit = facts.hook_running = 1;
  EXPECT_EQ(Sentence(facts),
            "It waits for its hook's limit: of the hook's jobs, 1 runs at once at most, and 1 is "
            "running.");
  facts.gate = v1::GATE_APPROVAL;
  EXPECT_EQ(Explain(facts).gate(), v1::GATE_APPROVAL);
}

}  // namespace
}  // namespace kozmic::build
