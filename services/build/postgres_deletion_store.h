#ifndef KOZMIC_SERVICES_BUILD_POSTGRES_DELETION_STORE_H_
#define KOZMIC_SERVICES_BUILD_POSTGRES_DELETION_STORE_H_

#include <memory>

#include "lib/postgres/pool.h"
#include "services/build/deletion_store.h"

namespace kozmic::build {

// `pool` must outlive it.
std::unique_ptr<DeletionStore> NewPostgresDeletionStore(PostgresPool& pool);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_POSTGRES_DELETION_STORE_H_
