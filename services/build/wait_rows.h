#ifndef KOZMIC_SERVICES_BUILD_WAIT_ROWS_H_
#define KOZMIC_SERVICES_BUILD_WAIT_ROWS_H_

#include <cstdint>
#include <vector>

#include "pqxx/pqxx"
#include "services/build/control_store.h"

namespace kozmic::build {

// See ControlStore::ListWaits.
std::vector<WaitFacts> ReadWaits(pqxx::transaction_base& tx, int64_t project, int64_t number);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_WAIT_ROWS_H_
