#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_POSTGRES_RECONCILE_STORE_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_POSTGRES_RECONCILE_STORE_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/project/webhooks/reconcile_store.h"

namespace kozmic::project {

// ReconcileStore over the table of hooks. Time is PostgreSQL's.
class PostgresReconcileStore final : public ReconcileStore {
 public:
  // `pool` must outlive this.
  explicit PostgresReconcileStore(PostgresPool& pool) : pool_(pool) {}

  absl::Status WantAll() override;
  absl::StatusOr<std::optional<ReconcileClaim>> ClaimHook(absl::Duration claim) override;
  absl::Status FinishClaim(int64_t hook_id, const ReconcileState& state,
                           absl::Duration next) override;
  absl::Status FailClaim(int64_t hook_id, absl::Duration delay) override;
  absl::StatusOr<std::set<std::string>> KnownGuids(int64_t hook_id,
                                                   const std::vector<std::string>& guids) override;

 private:
  PostgresPool& pool_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_POSTGRES_RECONCILE_STORE_H_
