#ifndef KOZMIC_SERVICES_BUILD_BUILD_CREATION_H_
#define KOZMIC_SERVICES_BUILD_BUILD_CREATION_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "kozmic/build/v1/build.pb.h"
#include "pqxx/pqxx"

namespace kozmic::build {

// Adds a build with its jobs to its project, cancels those that it supersedes, tells whoever
// listens; answers its number. NOT_FOUND when the project is deleted. A unique violation of
// builds_request (which ends the transaction) when the request has its build already.
absl::StatusOr<int64_t> InsertBuild(pqxx::transaction_base& tx, const std::string& public_url,
                                    int64_t project, const v1::CreateBuildRequest& request);

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
