#ifndef KOZMIC_SERVICES_BUILD_STATE_MACHINE_H_
#define KOZMIC_SERVICES_BUILD_STATE_MACHINE_H_

#include <vector>

#include "kozmic/build/v1/build.pb.h"
#include "kozmic/runner/v1/runner.pb.h"

namespace kozmic::build {

// The life of jobs and builds, as pure functions:
//
//   enqueued → pending → success | failure | error | cancelled
//
// A job goes back from pending to enqueued only when its runner was lost before the script started.

bool IsTerminal(v1::State state);

// A job's state after its runner reported how the attempt ended.
v1::State JobStateOf(runner::v1::FinishJobRequest::Outcome outcome, int exit_code);

// A build's state after one of its jobs changed. `jobs` is the whole fixed set. The first verdict
// stands: a build that failed stays failed while its other jobs go on, and success is said only
// when every job succeeded.
v1::State BuildStateOf(v1::State now, const std::vector<v1::State>& jobs);

// Whether all jobs have ended.
bool AllEnded(const std::vector<v1::State>& jobs);

// What is known of an attempt that nobody answers for any more.
struct LostFacts {
  runner::v1::Phase phase = runner::v1::PHASE_UNSPECIFIED;
  // Attempts at the job since somebody enqueued it, this one included.
  int tries = 1;
  // Somebody wanted it to end anyway.
  bool cancelling = false;
  // Its runner let the job's time limit pass.
  bool overdue = false;
  // The project wants scripts to be run again.
  bool retry = false;
};
// What becomes of its job. Scripts may deploy: one that may have started is not run again by itself
// unless its project wants that. A job is given to a runner 3 times at most (I8).
enum class LostVerdict { kRequeue, kError, kCancelled, kTimedOut };
LostVerdict VerdictOnLost(const LostFacts& facts);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_STATE_MACHINE_H_
