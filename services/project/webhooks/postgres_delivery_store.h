#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_POSTGRES_DELIVERY_STORE_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_POSTGRES_DELIVERY_STORE_H_

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/project/webhooks/delivery_store.h"

namespace kozmic::project {

// DeliveryStore over the tables of migrations/project. Time is PostgreSQL's.
class PostgresDeliveryStore final : public DeliveryStore {
 public:
  // `pool` must outlive this.
  explicit PostgresDeliveryStore(PostgresPool& pool) : pool_(pool) {}

  std::vector<absl::StatusOr<HookKey>> GetHookKeys(const std::vector<int64_t>& hook_ids) override;
  absl::Status FinishHook(int64_t hook_id, int64_t github_hook_id) override;
  std::vector<absl::StatusOr<bool>> AddDeliveries(
      const std::vector<NewDelivery>& deliveries) override;
  absl::StatusOr<std::vector<WaitingDelivery>> ClaimDeliveries(int limit,
                                                               absl::Duration claim) override;
  absl::StatusOr<std::optional<absl::Duration>> TimeToNextDelivery() override;
  absl::Status SettleDeliveries(const std::vector<SettledDelivery>& settled) override;
  absl::Status RetryDeliveries(const std::vector<RetriedDelivery>& retried) override;
  absl::StatusOr<std::vector<DeliveryRecord>> ListDeliveries(
      int64_t project_id, int64_t before, int limit, std::optional<DeliveryState> state) override;
  absl::StatusOr<bool> IsForksCommit(int64_t project_id, const std::string& commit) override;
  absl::StatusOr<DeliveryRecord> GetDelivery(int64_t project_id, int64_t delivery_id) override;

 private:
  // As AddDeliveries, but receipts are not counted.
  std::vector<absl::StatusOr<bool>> AddAll(const std::vector<NewDelivery>& deliveries);
  // `added`: the hooks and guids of those that were new.
  absl::Status Insert(const std::vector<NewDelivery>& deliveries,
                      std::multiset<std::pair<int64_t, std::string>>& added);
  absl::Status CountReceipt(const NewDelivery& repeat);

  PostgresPool& pool_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_POSTGRES_DELIVERY_STORE_H_
