#ifndef KOZMIC_SERVICES_BUILD_LEASE_ENDING_H_
#define KOZMIC_SERVICES_BUILD_LEASE_ENDING_H_

#include <string>
#include <vector>

#include "pqxx/pqxx"
#include "services/build/lease_store.h"

namespace kozmic::build {

// LeaseStore::Finish, in a transaction.
std::vector<absl::Status> FinishLeases(pqxx::transaction_base& tx, const std::string& public_url,
                                       const std::vector<LeaseStore::Finished>& finished);

// Ends an attempt that was declared lost. `requeue`: its job goes back into the queue; otherwise it
// ends as the attempt does.
absl::Status ConcludeLost(pqxx::transaction_base& tx, const std::string& public_url,
                          const AttemptKey& key, const AttemptEnd& end, bool requeue);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_LEASE_ENDING_H_
