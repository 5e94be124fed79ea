#ifndef KOZMIC_SERVICES_BUILD_ADMIN_UNTOLD_ROWS_H_
#define KOZMIC_SERVICES_BUILD_ADMIN_UNTOLD_ROWS_H_

#include <cstdint>

#include "kozmic/build/v1/admin.pb.h"
#include "pqxx/pqxx"

namespace kozmic::build {

// Of the outboxes of commit statuses, mail and outgoing webhooks. `project`: 0 for all.
v1::ListUntoldResponse ReadUntold(pqxx::transaction_base& tx, int64_t project);
// Answers how many were put off.
int RetryUntoldNow(pqxx::transaction_base& tx, int64_t project);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_ADMIN_UNTOLD_ROWS_H_
