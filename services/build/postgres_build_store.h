#ifndef KOZMIC_SERVICES_BUILD_POSTGRES_BUILD_STORE_H_
#define KOZMIC_SERVICES_BUILD_POSTGRES_BUILD_STORE_H_

#include <memory>
#include <string>

#include "lib/postgres/pool.h"
#include "services/build/build_store.h"

namespace kozmic::build {

// `pool` must outlive it. `public_url`: where the builds' pages are.
std::unique_ptr<BuildStore> NewPostgresBuildStore(PostgresPool& pool, std::string public_url);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_POSTGRES_BUILD_STORE_H_
