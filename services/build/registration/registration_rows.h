#ifndef KOZMIC_SERVICES_BUILD_REGISTRATION_REGISTRATION_ROWS_H_
#define KOZMIC_SERVICES_BUILD_REGISTRATION_REGISTRATION_ROWS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/pqxx"

namespace kozmic::build {

// Whether a runner may open a session now, by its name; `credential_sha256` as
// LeaseStore::OpenSession has it. Answers the labels that its registration names; none: those that
// it says itself. Until the transaction ends its credential is not revoked. PERMISSION_DENIED.
absl::StatusOr<std::vector<std::string>> CheckRegistration(pqxx::transaction_base& tx,
                                                           const std::string& runner,
                                                           const std::string& credential_sha256);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_REGISTRATION_REGISTRATION_ROWS_H_
