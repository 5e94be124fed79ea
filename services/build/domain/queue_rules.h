#ifndef KOZMIC_SERVICES_BUILD_DOMAIN_QUEUE_RULES_H_
#define KOZMIC_SERVICES_BUILD_DOMAIN_QUEUE_RULES_H_

#include <cstdint>
#include <map>
#include <string>

#include "kozmic/build/v1/build.pb.h"

namespace kozmic::build {

// The queue, as pure rules. Jobs go by rank, the lowest first. Projects take turns: who enqueues a
// thousand jobs has them spread over the next thousand ranks, and who then enqueues one has it
// among the first of these (start-time fair queueing, with one job as the unit). Within a project
// ranks only grow, so it is first come, first served.

// The rank of a project's next job. `clock`: the rank that was granted last, in any project.
int64_t NextRank(int64_t last_of_project, int64_t clock);

// What limits a project's jobs at once, counted while its lock is held.
class Admission {
 public:
  // `max_parallel`: 0 for no limit. `running`: its jobs that runners have, by hook. `paused`: there
  // is no place at all, as with a limit of none.
  Admission(int max_parallel, std::map<std::string, int> running, bool paused = false);

  // GATE_OPEN: a job of `hook`, which itself may have a limit (0: none), may run, and now counts.
  // Otherwise what it must wait for.
  v1::Gate Admit(const std::string& hook, int hook_limit);

  int running() const { return total_; }

 private:
  const int max_parallel_;
  const bool paused_;
  std::map<std::string, int> running_;
  int total_ = 0;
};

// A job that a limit holds back has its gate closed when its turn comes and opened when a place may
// be free: whenever so many of the project's jobs left, were it from a runner or from the queue, so
// many that wait for the project's limit are opened in each set of labels, and of those that wait
// for a hook's limit so many as left of that hook. Who has its turn at the project's limit but then
// finds no place at its hook's passes that turn on to the next. Whether there is a place is decided
// anew when its turn comes, so opening one too many does no harm; a closed job always has one of
// its project (or hook) before it that will leave.

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_DOMAIN_QUEUE_RULES_H_
