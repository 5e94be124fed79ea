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

// What becomes of a job whose runner is lost.
enum class LostVerdict { kRequeue, kError };
// Scripts may deploy: one that may have started is not run again by itself. Attempts count from 1.
LostVerdict VerdictOnLost(runner::v1::Phase phase, int attempt);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_STATE_MACHINE_H_
