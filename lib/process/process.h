#ifndef KOZMIC_LIB_PROCESS_PROCESS_H_
#define KOZMIC_LIB_PROCESS_PROCESS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/config/config_reader.h"

namespace kozmic {

// The frame of each of our processes. `main` is
//
//   int main(int argc, char** argv) { return kozmic::RunProcess(argc, argv, "auth", Serve); }
//
// where Serve reads its configuration, builds its objects bottom-up, then calls
// WaitForTermination(), and takes everything down by leaving scope.
//
// Termination signals (TERM, INT) are blocked before any thread starts and are only seen by
// WaitForTermination; PIPE is ignored. An error that Serve returns is logged; the exit status is
// then 1, or 78 (EX_CONFIG) for INVALID_ARGUMENT, so that a supervisor can tell a bad
// configuration. `--config FILE` names the configuration; `--version` prints the version;
// Every process has the setting `metrics_listen` (lib/metrics). `--check-config` says whether that
// is good, and ends (0 or 78); `--describe-config` prints a table of all settings in Markdown.
int RunProcess(int argc, char** argv, absl::string_view name,
               const std::function<absl::Status(ConfigReader& config)>& serve);

// Returns when the process is asked to end. Call from one thread.
void WaitForTermination();

// Ends the process's life from within, as TERM does. Thread-safe.
void RequestTermination();

// Reads the keys that all processes share (`log_level`) and sets the log up.
void ReadLogLevel(ConfigReader& config, absl::string_view service);

}  // namespace kozmic

#endif  // KOZMIC_LIB_PROCESS_PROCESS_H_
