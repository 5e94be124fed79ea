#ifndef KOZMIC_SERVICES_BUILD_BUILD_CREATION_H_
#define KOZMIC_SERVICES_BUILD_BUILD_CREATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kozmic/build/v1/build.pb.h"
#include "pqxx/pqxx"
#include "services/build/build_store.h"

namespace kozmic::build {

// Adds builds with their jobs to their projects, cancels those that they supersede, tells whoever
// listens. The number of each; NOT_FOUND when the project is deleted, ALREADY_EXISTS when the
// request has its build already; both change nothing.
std::vector<absl::StatusOr<int64_t>> InsertBuilds(pqxx::transaction_base& tx,
                                                  const std::string& public_url,
                                                  const std::vector<NewBuild>& builds);

// A pull request asks for a build that a push asked for already: it now is of both. NOT_FOUND when
// there is no such build.
absl::Status JoinPullRequest(pqxx::transaction_base& tx, const std::string& public_url,
                             int64_t project, const v1::CreateBuildRequest& request);

// The number of a set of labels, which is added when it is new.
int LabelSetOf(pqxx::transaction_base& tx,
               const google::protobuf::RepeatedPtrField<std::string>& labels);

// What a job runs, with the defaults that JobSpec names.
int TimeoutSeconds(const v1::JobSpec& spec);
int StallTimeoutSeconds(const v1::JobSpec& spec);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_BUILD_CREATION_H_
