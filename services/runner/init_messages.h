#ifndef KOZMIC_SERVICES_RUNNER_INIT_MESSAGES_H_
#define KOZMIC_SERVICES_RUNNER_INIT_MESSAGES_H_

#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

// What the runner and kozmic-init tell each other, as values and as text: see init/protocol.h.
namespace kozmic::runner {

// How the scripts ended, as kozmic-init witnessed it.
struct ScriptExit {
  // Not empty: there was no script's end; init could not set it up.
  std::string error;
  bool signalled = false;
  // Exit code, or signal.
  int number = 0;
  // Not empty: what may have led to it.
  std::string note;
  // Not empty: a part of the log could not be written.
  std::string log_error;

  // 0 to 255, as shells have it.
  int ExitCode() const { return signalled ? 128 + number : number; }
};

// What the scripts are run with.
struct ScriptPlan {
  std::string user = "kozmic";
  std::string home = "/kozmic";
  std::string working_folder = "/kozmic/src";
  // Whether sudo and the like are refused to the script.
  bool no_new_privileges = false;
  // Whether the container's kernel is not this machine's: see init/protocol.h, `go`.
  bool foreign_kernel = false;
  std::string script;
  std::map<std::string, std::string> environment;
};

// The file `exit`. Absent when it is not what kozmic-init writes.
std::optional<ScriptExit> ParseExit(absl::string_view text);
// The file `instructions`. Leaves out variables that no environment can hold.
std::string SerializeInstructions(const ScriptPlan& plan);
// The file `secrets`, by name; likewise.
std::string SerializeSecrets(const std::map<std::string, std::string>& secrets);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_INIT_MESSAGES_H_
