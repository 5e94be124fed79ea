#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_DELIVERY_GAUGES_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_DELIVERY_GAUGES_H_

#include <memory>

#include "lib/postgres/sql_gauges.h"

namespace kozmic::project {

// The webhooks that were taken and have not become builds yet. `pool` must outlive it.
std::unique_ptr<LookedUpGauges> NewDeliveryGauges(PostgresPool& pool);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_DELIVERY_GAUGES_H_
