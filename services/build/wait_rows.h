#ifndef KOZMIC_SERVICES_BUILD_WAIT_ROWS_H_
#define KOZMIC_SERVICES_BUILD_WAIT_ROWS_H_

#include <cstdint>
#include <map>
#include <vector>

#include "pqxx/pqxx"
#include "services/build/control_store.h"

namespace kozmic::build {

// SQL: whether the runner r was seen of late. Runners renew at least each 10 s while they have jobs
// and ask for jobs at least each 5 minutes.
inline constexpr char kSeenOfLate[] = "r.seen_time > now() - interval '6 minutes'";

// Why jobs wait, by their ids; those that do not wait are left out.
std::map<int64_t, WaitFacts> ReadWaits(pqxx::transaction_base& tx,
                                       const std::vector<int64_t>& jobs);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_WAIT_ROWS_H_
