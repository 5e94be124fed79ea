#ifndef KOZMIC_SERVICES_BUILD_POSTGRES_STATUS_OUTBOX_H_
#define KOZMIC_SERVICES_BUILD_POSTGRES_STATUS_OUTBOX_H_

#include <memory>

#include "lib/postgres/pool.h"
#include "services/build/status_outbox.h"

namespace kozmic::build {

// `pool` must outlive it.
std::unique_ptr<StatusOutbox> NewPostgresStatusOutbox(PostgresPool& pool);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_POSTGRES_STATUS_OUTBOX_H_
