#include "services/project/webhooks/delivery_gauges.h"

namespace kozmic::project {

std::unique_ptr<LookedUpGauges> NewDeliveryGauges(PostgresPool& pool) {
  return NewSqlGauges(
      pool,
      {{"kozmic_webhooks_waiting", "Webhooks that were taken and have not become builds yet.",
        SqlCountOf("deliveries WHERE state = 1")},
       {"kozmic_webhooks_overdue_seconds", "How long a webhook has been due to become builds.",
        "greatest(0, coalesce((SELECT extract(epoch FROM now() - next_try) FROM deliveries "
        "WHERE state = 1 ORDER BY next_try LIMIT 1), 0))"}});
}

}  // namespace kozmic::project
