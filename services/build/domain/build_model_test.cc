#include "services/build/domain/build_model.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/build/state_machine.h"

namespace kozmic::build {
namespace {

BuildModel Make(int jobs) {
  BuildModel build;
  build.commit = "c0ffee";
  for (int i = 1; i <= jobs; ++i) {
    JobModel& job = build.jobs.emplace_back();
    job.id = i;
    job.number = i;
    job.title = absl::StrCat("Job ", i);
  }
  return build;
}

// As a store has it when the build is loaded again.
void Reload(BuildModel& build) {
  build.loaded_state = build.state;
  build.loaded_generation = build.generation;
  build.changed = false;
}

// The table of a job's states: from each state, what may happen and what it leads to.
TEST(BuildModelTest, EveryStateRefusesWhatItsTableDoesNotName) {
  for (const v1::State from : {v1::STATE_ENQUEUED, v1::STATE_PENDING, v1::STATE_SUCCESS,
                               v1::STATE_FAILURE, v1::STATE_ERROR, v1::STATE_CANCELLED}) {
    const auto build_in = [from] {
      BuildModel build = Make(1);
      build.jobs[0].state = from;
      return build;
    };
    const bool enqueued = from == v1::STATE_ENQUEUED;
    const bool pending = from == v1::STATE_PENDING;
    BuildModel build = build_in();
    EXPECT_EQ(build.Start(build.jobs[0]).ok(), enqueued) << from;
    build = build_in();
    EXPECT_EQ(build.End(build.jobs[0], v1::STATE_SUCCESS, "", 0, false).ok(), pending) << from;
    build = build_in();
    EXPECT_EQ(build.Requeue(build.jobs[0], "").ok(), pending) << from;
    build = build_in();
    EXPECT_EQ(build.Cancel(build.jobs[0], ""), enqueued || pending) << from;
    EXPECT_EQ(build.jobs[0].state, enqueued ? v1::STATE_CANCELLED : from) << from;
    build = build_in();
    EXPECT_EQ(build.Expire(build.jobs[0], "").ok(), enqueued) << from;
    build = build_in();
    EXPECT_EQ(build.Restart(build.jobs[0]).ok(), !enqueued && !pending) << from;
  }
}

TEST(BuildModelTest, AJobBehindAGateIsNotStarted) {
  for (const v1::Gate gate : {v1::GATE_PROJECT_LIMIT, v1::GATE_HOOK_LIMIT, v1::GATE_APPROVAL}) {
    BuildModel build = Make(1);
    build.jobs[0].gate = gate;
    EXPECT_FALSE(build.Start(build.jobs[0]).ok());
  }
}

TEST(BuildModelTest, AnApprovalIsForItsCommitAndHoldsForRestarts) {
  BuildModel build = Make(1);
  build.needs_approval = true;
  build.jobs[0].gate = v1::GATE_APPROVAL;
  EXPECT_EQ(Reason(build.Approve("another", "mona")), "commit_differs");
  EXPECT_EQ(build.jobs[0].gate, v1::GATE_APPROVAL);
  // What was cancelled before anybody approved it waits again when it is restarted.
  ASSERT_TRUE(build.Cancel(build.jobs[0], ""));
  ASSERT_TRUE(build.Restart(build.jobs[0]).ok());
  EXPECT_EQ(build.jobs[0].gate, v1::GATE_APPROVAL);
  ASSERT_TRUE(build.Approve("c0ffee", "mona").ok());
  EXPECT_EQ(build.jobs[0].gate, v1::GATE_OPEN);
  ASSERT_TRUE(build.Cancel(build.jobs[0], ""));
  ASSERT_TRUE(build.Restart(build.jobs[0]).ok());
  EXPECT_EQ(build.jobs[0].gate, v1::GATE_OPEN);
}

TEST(BuildModelTest, TheVerdictNamesTheJobThatBroughtIt) {
  BuildModel build = Make(3);
  for (JobModel& job : build.jobs) ASSERT_TRUE(build.Start(job).ok());
  build.Settle();
  ASSERT_TRUE(build.End(build.jobs[1], v1::STATE_FAILURE, "", 1, false).ok());
  build.Settle();
  EXPECT_EQ(build.verdict_job, "Job 2");
  ASSERT_TRUE(build.End(build.jobs[0], v1::STATE_FAILURE, "", 1, false).ok());
  build.Settle();
  EXPECT_EQ(build.verdict_job, "Job 2") << "the first stands";
  // A restart of one: the verdict of the new generation is that of the one that was left alone.
  ASSERT_TRUE(build.End(build.jobs[2], v1::STATE_SUCCESS, "", 0, false).ok());
  build.Settle();
  Reload(build);
  ASSERT_TRUE(build.Restart(build.jobs[1]).ok());
  build.Settle();
  EXPECT_EQ(build.generation, 2);
  EXPECT_EQ(build.state, v1::STATE_FAILURE);
  EXPECT_EQ(build.verdict_job, "Job 1");
}

// I8, I9
TEST(BuildModelTest, HoweverABuildGoesItsStatesGoForwardWithinAGeneration) {
  for (uint32_t seed = 1; seed <= 20000; ++seed) {
    std::mt19937 random(seed);
    BuildModel build = Make(1 + static_cast<int>(random() % 4));
    const bool fail_fast = random() % 2 == 0;
    v1::State state = build.state;
    int generation = build.generation;
    for (int step = 0; step < 30; ++step) {
      JobModel& job = build.jobs[random() % build.jobs.size()];
      // Each either applies or is refused; both are fine.
      switch (random() % 6) {
        case 0:
        case 1:
          (void)build.Start(job);
          break;
        case 2:
          (void)build.End(job, static_cast<v1::State>(3 + random() % 4), "", 0, fail_fast);
          break;
        case 3:
          (void)build.Requeue(job, "");
          break;
        case 4:
          if (random() % 4 == 0) (void)build.Cancel(job, "");
          break;
        default:
          if (random() % 4 == 0) (void)build.Restart(job);
      }
      build.Settle();
      const bool restarted = build.generation != generation;
      ASSERT_LE(build.generation, generation + 1) << "seed " << seed;
      if (!restarted) {
        ASSERT_TRUE(!IsTerminal(state) || build.state == state) << "seed " << seed;
        ASSERT_GE(build.state, state) << "seed " << seed;
      }
      const bool all_green =
          std::all_of(build.jobs.begin(), build.jobs.end(),
                      [](const JobModel& one) { return one.state == v1::STATE_SUCCESS; });
      ASSERT_EQ(build.state == v1::STATE_SUCCESS, all_green) << "seed " << seed;
      // Whoever is done has a verdict.
      ASSERT_TRUE(!build.all_ended() || IsTerminal(build.state)) << "seed " << seed;
      state = build.state;
      generation = build.generation;
      Reload(build);
    }
  }
}

}  // namespace
}  // namespace kozmic::build
