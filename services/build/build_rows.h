#ifndef KOZMIC_SERVICES_BUILD_BUILD_ROWS_H_
#define KOZMIC_SERVICES_BUILD_BUILD_ROWS_H_

#include <string>
#include <vector>

#include "kozmic/build/v1/build.pb.h"
#include "pqxx/pqxx"

namespace kozmic::build {

// Reads builds with their jobs: rows of "builds b" chosen by `where_and_order` ("WHERE … ORDER BY …
// LIMIT …", with parameters $1…), in that order.
template <typename... Parameters>
std::vector<v1::Build> ReadBuilds(pqxx::transaction_base& tx, const std::string& where_and_order,
                                  const Parameters&... parameters);

// SQL: a timestamp column as whole microseconds since 1970, for TimeFromMicros.
std::string Micros(const std::string& column);

namespace internal {
std::string BuildColumns();
std::vector<v1::Build> WithJobs(pqxx::transaction_base& tx, const pqxx::result& rows);
}  // namespace internal

template <typename... Parameters>
std::vector<v1::Build> ReadBuilds(pqxx::transaction_base& tx, const std::string& where_and_order,
                                  const Parameters&... parameters) {
  return internal::WithJobs(
      tx, tx.exec_params("SELECT " + internal::BuildColumns() + " FROM builds b " + where_and_order,
                         parameters...));
}

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_BUILD_ROWS_H_
