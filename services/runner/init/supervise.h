#ifndef KOZMIC_SERVICES_RUNNER_INIT_SUPERVISE_H_
#define KOZMIC_SERVICES_RUNNER_INIT_SUPERVISE_H_

#include <sys/types.h>

#include <cstddef>

#include "services/runner/init/exec.h"
#include "services/runner/init/log.h"
#include "services/runner/init/text.h"

namespace kozmic::init {

// The signals that init takes, blocked and read from a descriptor.
int OpenSignals();

// What the runner said; see `go` in protocol.h.
enum class Word {
  // It will say nothing, or a signal asked to end.
  kNone,
  kGo,
  kGoWithSecrets,
};

// Waits for the runner's word.
Word WaitForGo(int job_folder, int signals);

struct ScriptEnd {
  // The script could not be set up at all: see `problem`.
  bool failed = false;
  Line problem;
  bool signalled = false;
  // Exit code or signal.
  int number = 0;
  // The last signal that asked for an end meanwhile; 0: none did.
  int asked_to_end = 0;

  bool Succeeded() const { return !failed && !signalled && number == 0; }
};

// Runs a script as the user, in a session of its own, with its output going to the log; forwards
// signals, reaps; when the script's first process ends, kills what is left of it. Returns when all
// output is in the log.
ScriptEnd RunScript(const Script& script, int signals, ScriptOutput& output);

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_SUPERVISE_H_
