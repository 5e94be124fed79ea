#ifndef KOZMIC_SERVICES_BUILD_BUILD_ROWS_H_
#define KOZMIC_SERVICES_BUILD_BUILD_ROWS_H_

#include <map>
#include <string>
#include <vector>

#include "kozmic/build/v1/build.pb.h"
#include "lib/postgres/prepared.h"
#include "pqxx/pqxx"

namespace kozmic::build {

// Reads builds with their jobs: those of "builds b", of "projects p" that are not deleted, that
// `where_and_order` chooses ("WHERE … ORDER BY … LIMIT …", with parameters $1…), in that order.
template <typename... Parameters>
std::vector<v1::Build> ReadBuilds(pqxx::transaction_base& tx, const std::string& where_and_order,
                                  const Parameters&... parameters);

// The same without jobs, and with the first line of the message only, cut at 200 characters.
template <typename... Parameters>
std::vector<v1::Build> ReadSummaries(pqxx::transaction_base& tx, const std::string& where_and_order,
                                     const Parameters&... parameters);

// The newest attempts at one job, newest first.
std::vector<v1::Attempt> ReadAttempts(pqxx::transaction_base& tx, int64_t project, int64_t number,
                                      int64_t job, int limit);

// Environment variables as they are kept: an object of texts.
std::string VariablesToJson(const google::protobuf::Map<std::string, std::string>& variables);
std::map<std::string, std::string> VariablesFromJson(const pqxx::field& field);

// Services as they are kept: a list of objects. What is not as ServicesToJson writes it reads as
// none.
std::string ServicesToJson(const google::protobuf::RepeatedPtrField<v1::Service>& services);
std::vector<v1::Service> ServicesFromJson(const pqxx::field& field);

namespace internal {
// SQL: the columns of a build with `message` as its message, up to "WHERE".
std::string SelectBuilds(const std::string& message);
std::vector<v1::Build> WithoutJobs(const pqxx::result& rows);
void CutAtFirstLine(std::string& message);
std::vector<v1::Build> WithJobs(pqxx::transaction_base& tx, const pqxx::result& rows);
}  // namespace internal

template <typename... Parameters>
std::vector<v1::Build> ReadBuilds(pqxx::transaction_base& tx, const std::string& where_and_order,
                                  const Parameters&... parameters) {
  return internal::WithJobs(
      tx, ExecPrepared(tx, internal::SelectBuilds("b.message") + where_and_order, parameters...));
}

template <typename... Parameters>
std::vector<v1::Build> ReadSummaries(pqxx::transaction_base& tx, const std::string& where_and_order,
                                     const Parameters&... parameters) {
  std::vector<v1::Build> builds = internal::WithoutJobs(ExecPrepared(
      tx, internal::SelectBuilds("left(b.message, 200)") + where_and_order, parameters...));
  for (v1::Build& build : builds) internal::CutAtFirstLine(*build.mutable_message());
  return builds;
}

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_BUILD_ROWS_H_
