#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_POSTGRES_DELIVERY_STORE_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_POSTGRES_DELIVERY_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/project/webhooks/delivery_store.h"

namespace kozmic::project {

// DeliveryStore over the tables of migrations/project. Time is PostgreSQL's.
class PostgresDeliveryStore final : public DeliveryStore {
 public:
  // `pool` must outlive this.
  explicit PostgresDeliveryStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<HookKey> GetHookKey(int64_t hook_id) override;
  absl::Status FinishHook(int64_t hook_id, int64_t github_hook_id) override;
  absl::StatusOr<bool> AddDelivery(const NewDelivery& delivery) override;
  absl::StatusOr<std::optional<WaitingDelivery>> ClaimDelivery(absl::Duration claim) override;
  absl::StatusOr<std::optional<absl::Duration>> TimeToNextDelivery() override;
  absl::Status SettleDelivery(int64_t delivery_id, DeliveryState state, const std::string& outcome,
                              const std::vector<int64_t>& builds) override;
  absl::Status RetryDelivery(int64_t delivery_id, absl::Duration delay,
                             const std::string& outcome) override;
  absl::StatusOr<std::vector<DeliveryRecord>> ListDeliveries(
      int64_t project_id, int64_t before, int limit, std::optional<DeliveryState> state) override;
  absl::StatusOr<bool> IsForksCommit(int64_t project_id, const std::string& commit) override;
  absl::StatusOr<DeliveryRecord> GetDelivery(int64_t project_id, int64_t delivery_id) override;

 private:
  PostgresPool& pool_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_POSTGRES_DELIVERY_STORE_H_
