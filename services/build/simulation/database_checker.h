#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_DATABASE_CHECKER_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_DATABASE_CHECKER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/postgres/pool.h"

namespace kozmic::build::simulation {

// The invariants that a database alone can tell, as queries over the real one, at any time.
// Answers which are broken, each with how many rows break it; empty: none.
absl::StatusOr<std::vector<std::string>> CheckDatabase(PostgresPool& pool);

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_DATABASE_CHECKER_H_
