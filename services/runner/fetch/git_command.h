#ifndef KOZMIC_SERVICES_RUNNER_FETCH_GIT_COMMAND_H_
#define KOZMIC_SERVICES_RUNNER_FETCH_GIT_COMMAND_H_

#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/process/child_process.h"
#include "services/runner/fetch/git_user.h"
#include "services/runner/fetch/ssh_access.h"

namespace kozmic::runner {

// How git is run: without system or user configuration, prompts, hooks, and protocols but http and
// https, or ssh with an access to it. Thread-safe.
class GitCommand {
 public:
  struct Options {
    // Has an empty home folder, and a configuration where one is needed.
    std::string folder;
    GitUser user = {};
    // It may also read file:///…, whoever owns that.
    bool local_sources = false;
  };

  explicit GitCommand(Options options);

  // Once, before Run.
  absl::Status Prepare() const;

  // Runs it to its end; see RunChild. `ssh`: nullptr when it needs none.
  absl::StatusOr<ChildResult> Run(const std::vector<std::string>& arguments, const SshAccess* ssh,
                                  absl::Duration timeout, std::stop_token stop) const;

  const GitUser& user() const { return options_.user; }
  bool local_sources() const { return options_.local_sources; }

 private:
  const Options options_;
  const std::string home_;
  // Of local sources.
  const std::string local_config_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_FETCH_GIT_COMMAND_H_
