#ifndef KOZMIC_SERVICES_RUNNER_INIT_SUPERVISE_H_
#define KOZMIC_SERVICES_RUNNER_INIT_SUPERVISE_H_

#include <sys/types.h>

#include <cstddef>

#include "services/runner/init/account.h"
#include "services/runner/init/instructions.h"
#include "services/runner/init/text.h"

namespace kozmic::init {

// The log. Keeps going when the disk is full, so that the script does not hang on its output, but
// remembers it.
class LogFile {
 public:
  explicit LogFile(int fd) : fd_(fd) {}
  void Append(const char* data, size_t size);
  // A line of init's own.
  void Say(const char* sentence);
  // Makes what was written durable.
  void Sync();
  // Empty while nothing was lost.
  const Line& problem() const { return problem_; }

 private:
  const int fd_;
  Line problem_;
};

// The signals that init takes, blocked and read from a descriptor.
int OpenSignals();

// Waits for the runner's word; see `go` in protocol.h. False when it will not come, or a signal
// asked to end.
bool WaitForGo(int job_folder, int signals);

struct ScriptEnd {
  // The script could not be set up at all: see `problem`.
  bool failed = false;
  Line problem;
  bool signalled = false;
  // Exit code or signal.
  int number = 0;
};

// Runs the script as the user, in a session of its own, with its output going to the log; forwards
// signals, reaps; when the script's first process ends, kills what is left of it. Returns when all
// output is in the log. `started` is called right before the script's first instruction; it says
// no by false.
ScriptEnd RunScript(const Instructions& instructions, const Account& account, int signals,
                    LogFile& log, bool (*started)(int job_folder), int job_folder);

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_SUPERVISE_H_
