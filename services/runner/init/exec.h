#ifndef KOZMIC_SERVICES_RUNNER_INIT_EXEC_H_
#define KOZMIC_SERVICES_RUNNER_INIT_EXEC_H_

#include "services/runner/init/account.h"
#include "services/runner/init/instructions.h"

namespace kozmic::init {

// Turns this process, whose outputs are in place, into the script's: new session, the user, its
// environment, the working folder, the script's interpreter. Tells on its error output what went
// wrong, and ends with 127 when something is missing and 126 otherwise, as shells do.
[[noreturn]] void ExecScript(const Instructions& instructions, const Account& account);

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_EXEC_H_
