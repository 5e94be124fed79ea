#ifndef KOZMIC_SERVICES_BUILD_POSTGRES_INSTALL_STORE_H_
#define KOZMIC_SERVICES_BUILD_POSTGRES_INSTALL_STORE_H_

#include <memory>

#include "absl/time/time.h"
#include "lib/postgres/pool.h"
#include "services/build/install_store.h"

namespace kozmic::build {

// `pool` must outlive it. `claim_time`: how long a claim holds that is not renewed.
std::unique_ptr<InstallStore> NewPostgresInstallStore(PostgresPool& pool,
                                                      absl::Duration claim_time);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_POSTGRES_INSTALL_STORE_H_
