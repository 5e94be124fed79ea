#ifndef KOZMIC_SERVICES_RUNNER_INIT_EXEC_H_
#define KOZMIC_SERVICES_RUNNER_INIT_EXEC_H_

#include "services/runner/init/account.h"
#include "services/runner/init/instructions.h"
#include "services/runner/init/secrets.h"

namespace kozmic::init {

// One script, and what it is run with. Nothing is owned.
struct Script {
  const Instructions& instructions;
  const Secrets& secrets;
  const Account& account;
};

// Turns this process, whose outputs are in place, into the script's: new session, the user, its
// environment, the working folder, the script's interpreter. Tells on its error output what went
// wrong, and ends with 127 when something is missing and 126 otherwise, as shells do.
[[noreturn]] void ExecScript(const Script& script);

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_EXEC_H_
