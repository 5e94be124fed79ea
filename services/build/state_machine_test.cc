#include "services/build/state_machine.h"

#include <random>

#include "gtest/gtest.h"

namespace kozmic::build {
namespace {

using runner::v1::FinishJobRequest;

TEST(StateMachineTest, SuccessNeedsAWitnessedZero) {
  EXPECT_EQ(JobStateOf(FinishJobRequest::OUTCOME_EXITED, 0), v1::STATE_SUCCESS);
  EXPECT_EQ(JobStateOf(FinishJobRequest::OUTCOME_EXITED, 3), v1::STATE_FAILURE);
  EXPECT_EQ(JobStateOf(FinishJobRequest::OUTCOME_FAILED, 0), v1::STATE_FAILURE);
  EXPECT_EQ(JobStateOf(FinishJobRequest::OUTCOME_ERROR, 0), v1::STATE_ERROR);
  EXPECT_EQ(JobStateOf(FinishJobRequest::OUTCOME_CANCELLED, 0), v1::STATE_CANCELLED);
  EXPECT_EQ(JobStateOf(FinishJobRequest::OUTCOME_UNSPECIFIED, 0), v1::STATE_ERROR);
}

TEST(StateMachineTest, ABuildSucceedsOnlyWhenAllItsJobsDid) {
  const auto e = v1::STATE_ENQUEUED, p = v1::STATE_PENDING, s = v1::STATE_SUCCESS,
             f = v1::STATE_FAILURE, x = v1::STATE_ERROR;
  EXPECT_EQ(BuildStateOf(e, {e, e}), e);
  EXPECT_EQ(BuildStateOf(e, {p, e}), p);
  // A job that ended while another still waits: neither back to enqueued nor success.
  EXPECT_EQ(BuildStateOf(p, {s, e}), p);
  EXPECT_EQ(BuildStateOf(p, {s, s}), s);
  EXPECT_EQ(BuildStateOf(p, {f, p}), f);
  EXPECT_EQ(BuildStateOf(p, {x, s}), x);
  // The job was requeued after its runner was lost.
  EXPECT_EQ(BuildStateOf(p, {e}), p);
}

TEST(StateMachineTest, TheFirstVerdictStandsInEverySchedule) {
  // Thousands of random orders in which the jobs of a build start, are requeued and end.
  for (uint32_t seed = 0; seed < 10000; ++seed) {
    std::mt19937 random(seed);
    std::vector<v1::State> jobs(1 + random() % 4, v1::STATE_ENQUEUED);
    v1::State build = v1::STATE_ENQUEUED;
    int verdicts = 0;
    while (!AllEnded(jobs)) {
      v1::State& job = jobs[random() % jobs.size()];
      if (job == v1::STATE_ENQUEUED) {
        job = v1::STATE_PENDING;
      } else if (job == v1::STATE_PENDING) {
        const int choice = static_cast<int>(random() % 6);
        job = choice == 0   ? v1::STATE_ENQUEUED
              : choice == 1 ? v1::STATE_FAILURE
              : choice == 2 ? v1::STATE_ERROR
                            : v1::STATE_SUCCESS;
      }
      const v1::State next = BuildStateOf(build, jobs);
      if (IsTerminal(next) && !IsTerminal(build)) ++verdicts;
      ASSERT_TRUE(!IsTerminal(build) || next == build) << "seed " << seed;
      ASSERT_GE(next, build) << "seed " << seed;
      build = next;
    }
    ASSERT_EQ(verdicts, 1) << "seed " << seed;
    const bool all_green =
        std::count(jobs.begin(), jobs.end(), v1::STATE_SUCCESS) == static_cast<long>(jobs.size());
    ASSERT_EQ(build == v1::STATE_SUCCESS, all_green) << "seed " << seed;
  }
}

TEST(StateMachineTest, AScriptThatMayHaveStartedIsNotRunAgain) {
  using runner::v1::PHASE_FETCH;
  using runner::v1::PHASE_INSTALL;
  using runner::v1::PHASE_SCRIPT;
  using runner::v1::PHASE_STARTING;
  EXPECT_EQ(VerdictOnLost({.phase = PHASE_STARTING, .tries = 1}), LostVerdict::kRequeue);
  EXPECT_EQ(VerdictOnLost({.phase = PHASE_FETCH, .tries = 2}), LostVerdict::kRequeue);
  EXPECT_EQ(VerdictOnLost({.phase = PHASE_FETCH, .tries = 3}), LostVerdict::kError);
  EXPECT_EQ(VerdictOnLost({.phase = PHASE_INSTALL, .tries = 1}), LostVerdict::kRequeue);
  EXPECT_EQ(VerdictOnLost({.phase = PHASE_SCRIPT, .tries = 1}), LostVerdict::kError);
}

// P26
TEST(StateMachineTest, AProjectMayWantLostScriptsToBeRunAgain) {
  using runner::v1::PHASE_SCRIPT;
  EXPECT_EQ(VerdictOnLost({.phase = PHASE_SCRIPT, .tries = 2, .retry = true}),
            LostVerdict::kRequeue);
  EXPECT_EQ(VerdictOnLost({.phase = PHASE_SCRIPT, .tries = 3, .retry = true}), LostVerdict::kError);
}

TEST(StateMachineTest, WhatWasToEndIsNotRunAgain) {
  EXPECT_EQ(VerdictOnLost({.tries = 1, .cancelling = true, .retry = true}),
            LostVerdict::kCancelled);
  EXPECT_EQ(VerdictOnLost({.tries = 1, .overdue = true, .retry = true}), LostVerdict::kTimedOut);
}

}  // namespace
}  // namespace kozmic::build
