#ifndef KOZMIC_SERVICES_PROJECT_PROJECTS_PROJECT_REMOVER_H_
#define KOZMIC_SERVICES_PROJECT_PROJECTS_PROJECT_REMOVER_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/random.h"
#include "services/project/clients/build_remover.h"
#include "services/project/credentials/deploy_keys.h"
#include "services/project/github/acting_users.h"
#include "services/project/hooks/hooks.h"
#include "services/project/projects/project_store.h"

namespace kozmic::project {

// Removes what is left of projects that were given up: their builds and logs, their webhooks and
// deploy key at GitHub, and at last their rows. Each step may be repeated; a project whose removal
// fails is tried again until nothing is left. Thread-safe.
class ProjectRemover {
 public:
  struct Options {
    // More than one step may take.
    absl::Duration claim = absl::Minutes(3);
    // A project that has been in the making for so long was interrupted by a crash.
    absl::Duration making = absl::Minutes(2);
    // Runners need a moment to hear that their leases are lost, and may until then add to logs that
    // were removed already: builds and logs are looked at once more after so long.
    absl::Duration linger = absl::Minutes(2);
    absl::Duration first_retry = absl::Seconds(10);
    absl::Duration longest_retry = absl::Hours(1);
    // While nobody has rights to the repository any more, GitHub is asked for so long, in case that
    // someone signs in who has. What then stays there is dead: what its webhooks send is refused,
    // and its key's private half is gone.
    absl::Duration patience = absl::Hours(7 * 24);
  };

  struct Parts {
    ProjectStore& store;
    HookStore& hook_store;
    BuildRemover& builds;
    const ActingUsers& actors;
    const Hooks& hooks;
    const DeployKeys& keys;
    Random& random;
  };

  // All must outlive this.
  ProjectRemover(const Parts& parts, const Options& options) : parts_(parts), options_(options) {}

  // Goes on with the next project that is due; false when there is none.
  absl::StatusOr<bool> RemoveNext() const;

 private:
  // How long to wait before going on; nullopt: nothing is left.
  absl::StatusOr<std::optional<absl::Duration>> Remove(const RemovalRecord& removal) const;
  absl::Status CleanGithub(const RemovalRecord& removal) const;

  const Parts parts_;
  const Options options_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_PROJECTS_PROJECT_REMOVER_H_
