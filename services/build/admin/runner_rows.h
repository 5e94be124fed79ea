#ifndef KOZMIC_SERVICES_BUILD_ADMIN_RUNNER_ROWS_H_
#define KOZMIC_SERVICES_BUILD_ADMIN_RUNNER_ROWS_H_

#include <string>
#include <vector>

#include "kozmic/build/v1/admin.pb.h"
#include "pqxx/pqxx"

namespace kozmic::build {

// Runners with their jobs, those of deleted projects left out; by name, from the one after `after`.
std::vector<v1::Runner> ReadRunners(pqxx::transaction_base& tx, const std::string& after,
                                    int limit);
// Of that name: one or none.
std::vector<v1::Runner> ReadRunner(pqxx::transaction_base& tx, const std::string& name);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_ADMIN_RUNNER_ROWS_H_
