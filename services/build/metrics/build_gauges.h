#ifndef KOZMIC_SERVICES_BUILD_METRICS_BUILD_GAUGES_H_
#define KOZMIC_SERVICES_BUILD_METRICS_BUILD_GAUGES_H_

#include <memory>

#include "lib/postgres/sql_gauges.h"

namespace kozmic::build {

// The state of the queue, of runners, and of what is still to be told. `pool` must outlive it.
std::unique_ptr<LookedUpGauges> NewBuildGauges(PostgresPool& pool);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_METRICS_BUILD_GAUGES_H_
