#ifndef KOZMIC_SERVICES_BUILD_LEASE_GRANTING_H_
#define KOZMIC_SERVICES_BUILD_LEASE_GRANTING_H_

#include <string>
#include <vector>

#include "pqxx/pqxx"
#include "services/build/lease_store.h"

namespace kozmic::build {

// One round of LeaseStore::Grant, in a transaction: of the requests, in their order.
struct GrantRound {
  std::vector<LeaseStore::Granted> answers;
  // Indexes of requests that got nothing because others were quicker, or because a limit held back
  // what was next: to be asked again at once, in another transaction.
  std::vector<size_t> again;
};
// `lease`: how long a lease lasts, as an interval. `spare`: so many jobs more than are sought are
// looked at, should limits hold some back.
GrantRound GrantLeases(pqxx::transaction_base& tx, const std::string& public_url,
                       const std::string& lease, const std::vector<LeaseRequest>& requests,
                       size_t spare);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_LEASE_GRANTING_H_
