#ifndef KOZMIC_SERVICES_RUNNER_LOCAL_HOOK_FILE_H_
#define KOZMIC_SERVICES_RUNNER_LOCAL_HOOK_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "kozmic/runner/v1/runner.pb.h"

namespace kozmic::runner {

// A commit that lies on this machine.
struct LocalCommit {
  // "owner/name", or whatever it is called.
  std::string repository;
  // "refs/heads/main"; empty: HEAD is on no branch.
  std::string ref;
  std::string commit;
};

// What a hook would run for a commit. `yaml`, which may be JSON, has the hook's settings by the
// names that the REST interface has for them: image and script, and perhaps title, install_script,
// tracked_files, services, timeout_seconds, stall_timeout_seconds; and `environment`, of what a
// build started by hand would have as variables. INVALID_ARGUMENT names line or key.
absl::StatusOr<v1::JobSpec> ReadHookFile(const std::string& yaml, const LocalCommit& commit);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_LOCAL_HOOK_FILE_H_
