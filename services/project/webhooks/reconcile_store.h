#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_RECONCILE_STORE_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_RECONCILE_STORE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace kozmic::project {

// What is known of a hook's deliveries at GitHub. Numbers are GitHub's.
struct ReconcileState {
  // Nothing is to be done any more about this delivery and those before it.
  int64_t settled = 0;
  // Of the newest deliveries, while nothing is to be done about any; else empty.
  std::string etag = {};
  // The newest delivery when GitHub was last asked to deliver some again, 0 once the answer to that
  // was looked for.
  int64_t asked_after = 0;
};

// A hook whose deliveries at GitHub are to be looked at.
struct ReconcileClaim {
  int64_t hook_id = 0;
  int64_t project_id = 0;
  int64_t github_hook_id = 0;
  ReconcileState state = {};
  // In a row.
  int failures = 0;
};

// Whose turn it is to be looked at, shared by all processes. Thread-safe. All may fail as
// PostgresPool does.
class ReconcileStore {
 public:
  virtual ~ReconcileStore() = default;

  // Every hook is due now.
  virtual absl::Status WantAll() = 0;
  // Takes the hook that has been due for longest; nobody else gets it before `claim` has passed.
  // nullopt when none is due.
  virtual absl::StatusOr<std::optional<ReconcileClaim>> ClaimHook(absl::Duration claim) = 0;
  // It was looked at, and is due again after `next`.
  virtual absl::Status FinishClaim(int64_t hook_id, const ReconcileState& state,
                                   absl::Duration next) = 0;
  // It could not be looked at; due again after `delay`.
  virtual absl::Status FailClaim(int64_t hook_id, absl::Duration delay) = 0;

  // Those of the ids that the hook's inbox has.
  virtual absl::StatusOr<std::set<std::string>> KnownGuids(
      int64_t hook_id, const std::vector<std::string>& guids) = 0;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_RECONCILE_STORE_H_
