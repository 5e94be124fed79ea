#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_RECONCILER_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_RECONCILER_H_

#include <atomic>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/github/api.h"
#include "services/project/github/acting_users.h"
#include "services/project/projects/project_store.h"
#include "services/project/webhooks/missed_deliveries.h"
#include "services/project/webhooks/reconcile_store.h"

namespace kozmic::project {

// GitHub tries to deliver an event once. The reconciler asks it now and then which of a hook's
// deliveries failed, and has those delivered again that are not in the inbox: they come the way
// that all come. Several processes may do so at once; what is asked for twice has one effect.
// Thread-safe.
class Reconciler {
 public:
  struct Options {
    // Between two looks at a hook.
    absl::Duration interval = absl::Minutes(5);
    // After GitHub was asked to deliver something again.
    absl::Duration recheck = absl::Seconds(15);
    // More than a look may take.
    absl::Duration claim = absl::Minutes(3);
    absl::Duration first_retry = absl::Seconds(30);
    absl::Duration longest_retry = absl::Minutes(5);
    // While nobody may look at the hook, or it is not there.
    absl::Duration longest_own_retry = absl::Hours(1);
    // Of one look: with `recheck` less than the 80 changes a minute that GitHub allows.
    size_t most_at_once = 15;
  };

  // All must outlive it.
  struct Parts {
    ReconcileStore& store;
    ProjectStore& projects;
    const ActingUsers& actors;
    const github::Api& github;
    const Clock& clock;
    Random& random;
  };

  Reconciler(Parts parts, const Options& options) : parts_(parts), options_(options) {}

  // Every hook is due now, or as soon as the database can be told so: nobody may have been there to
  // hear of what GitHub could not deliver.
  void LookAtAll();
  // Looks at the next hook that is due; false when there is none. After the database was away,
  // every hook is due.
  absl::StatusOr<bool> ReconcileNext();

 private:
  // Fails only as the store does.
  absl::StatusOr<bool> LookAtNext();
  // Looks, and has delivered again what can be; returns how long to wait until the next look.
  absl::StatusOr<absl::Duration> Reconcile(const ProjectRecord& project,
                                           const ReconcileClaim& claim,
                                           ReconcileState& state) const;
  absl::Status DropKnown(int64_t hook_id, MissedDeliveries& missed) const;
  absl::Status Redeliver(const std::string& token, const std::string& repository,
                         const ReconcileClaim& claim, const MissedDeliveries& missed,
                         size_t count) const;
  absl::Duration Delay(const absl::Status& error, int failures) const;

  const Parts parts_;
  const Options options_;
  std::atomic<bool> look_at_all_{false};
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_RECONCILER_H_
