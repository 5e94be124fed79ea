#include "services/build/state_machine.h"

#include <algorithm>

namespace kozmic::build {
namespace {

using runner::v1::FinishJobRequest;

// Invariant I8: so often is a job given to a runner.
constexpr int kMostAttempts = 3;

bool Any(const std::vector<v1::State>& jobs, v1::State state) {
  return std::find(jobs.begin(), jobs.end(), state) != jobs.end();
}

}  // namespace

bool IsTerminal(v1::State state) {
  return state == v1::STATE_SUCCESS || state == v1::STATE_FAILURE || state == v1::STATE_ERROR ||
         state == v1::STATE_CANCELLED;
}

v1::State JobStateOf(FinishJobRequest::Outcome outcome, int exit_code) {
  switch (outcome) {
    case FinishJobRequest::OUTCOME_EXITED:
      return exit_code == 0 ? v1::STATE_SUCCESS : v1::STATE_FAILURE;
    case FinishJobRequest::OUTCOME_FAILED:
    case FinishJobRequest::OUTCOME_STALLED:
    case FinishJobRequest::OUTCOME_TIMED_OUT:
      return v1::STATE_FAILURE;
    case FinishJobRequest::OUTCOME_CANCELLED:
      return v1::STATE_CANCELLED;
    default:
      return v1::STATE_ERROR;
  }
}

v1::State BuildStateOf(v1::State now, const std::vector<v1::State>& jobs) {
  if (IsTerminal(now)) return now;
  for (const v1::State verdict : {v1::STATE_FAILURE, v1::STATE_ERROR, v1::STATE_CANCELLED}) {
    if (Any(jobs, verdict)) return verdict;
  }
  if (AllEnded(jobs)) return v1::STATE_SUCCESS;
  // A success alone does not count: it may be left from before a restart of the others.
  return now == v1::STATE_PENDING || Any(jobs, v1::STATE_PENDING) ? v1::STATE_PENDING
                                                                  : v1::STATE_ENQUEUED;
}

bool AllEnded(const std::vector<v1::State>& jobs) {
  return std::all_of(jobs.begin(), jobs.end(), IsTerminal);
}

LostVerdict VerdictOnLost(const LostFacts& facts) {
  if (facts.cancelling) return LostVerdict::kCancelled;
  if (facts.overdue) return LostVerdict::kTimedOut;
  const bool may_repeat = facts.retry || facts.phase < runner::v1::PHASE_SCRIPT;
  return may_repeat && facts.tries < kMostAttempts ? LostVerdict::kRequeue : LostVerdict::kError;
}

}  // namespace kozmic::build
