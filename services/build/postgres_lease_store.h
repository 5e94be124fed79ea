#ifndef KOZMIC_SERVICES_BUILD_POSTGRES_LEASE_STORE_H_
#define KOZMIC_SERVICES_BUILD_POSTGRES_LEASE_STORE_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "lib/postgres/pool.h"
#include "services/build/lease_store.h"

namespace kozmic::build {

// `pool` must outlive it. `public_url` is where browsers reach this installation: commit statuses
// link there.
std::unique_ptr<LeaseStore> NewPostgresLeaseStore(PostgresPool& pool, std::string public_url,
                                                  absl::Duration lease_time);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_POSTGRES_LEASE_STORE_H_
