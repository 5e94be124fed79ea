#ifndef KOZMIC_SERVICES_BUILD_LEASE_ROWS_H_
#define KOZMIC_SERVICES_BUILD_LEASE_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/postgres/prepared.h"
#include "pqxx/pqxx"
#include "services/build/lease_store.h"

namespace kozmic::build {

absl::Status StaleSession();
absl::Status StaleFence();

namespace internal {
// SQL: the columns of a lease, of "attempts a, jobs j, builds b, projects p", up to "WHERE".
std::string SelectLeases();
GrantedLease ReadLease(const pqxx::row& row);
}  // namespace internal

// Leases that `where` chooses of attempts a, jobs j, builds b, with parameters $1…, those of
// deleted projects left out; by when they were granted.
template <typename... Parameters>
std::vector<GrantedLease> ReadLeases(pqxx::transaction_base& tx, const std::string& where,
                                     const Parameters&... parameters) {
  std::vector<GrantedLease> leases;
  for (const auto& row :
       ExecPrepared(tx,
                    absl::StrCat(internal::SelectLeases(), "WHERE p.delete_time IS NULL AND ",
                                 where, " ORDER BY a.start_time, a.job_id"),
                    parameters...)) {
    leases.push_back(internal::ReadLease(row));
  }
  return leases;
}

// What a job runs, in the shape of a lease of now. Nullopt: there is no such job.
std::optional<GrantedLease> ReadSpec(pqxx::transaction_base& tx, int64_t project, int64_t build,
                                     int64_t job);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_LEASE_ROWS_H_
