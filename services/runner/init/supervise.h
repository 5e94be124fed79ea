#ifndef KOZMIC_SERVICES_RUNNER_INIT_SUPERVISE_H_
#define KOZMIC_SERVICES_RUNNER_INIT_SUPERVISE_H_

#include <sys/types.h>

#include <cstddef>

#include "services/runner/init/exec.h"
#include "services/runner/init/log.h"
#include "services/runner/init/text.h"

namespace kozmic::init {

// By what init hears what it is to do. Descriptors; never closed.
struct Orders {
  // The signals that it takes, blocked.
  int signals = -1;
  // The pipe, or file, with the runner's words; -1: there is none.
  int words = -1;
  // It is a file: it cannot be waited for.
  bool looks = false;
};

// Blocks the signals.
Orders OpenOrders(int job_folder);

// What the runner said; see `go` in protocol.h.
enum class Word {
  // It will say nothing, or a signal asked to end.
  kNone,
  kGo,
  kGoWithSecrets,
};

// Waits for the runner's word. From then on a pipe does not end, whatever becomes of the runner.
Word WaitForGo(int job_folder, const Orders& orders);

struct ScriptEnd {
  // The script could not be set up at all: see `problem`.
  bool failed = false;
  Line problem;
  bool signalled = false;
  // Exit code or signal.
  int number = 0;
};

// Runs a script as the user, in a session of its own, with its output going to the log; obeys
// orders, reaps; when the script's first process ends, kills what is left of it. Returns when all
// output is in the log.
ScriptEnd RunScript(const Script& script, const Orders& orders, ScriptOutput& output);

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_SUPERVISE_H_
