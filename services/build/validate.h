#ifndef KOZMIC_SERVICES_BUILD_VALIDATE_H_
#define KOZMIC_SERVICES_BUILD_VALIDATE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kozmic/build/v1/build.pb.h"
#include "kozmic/runner/v1/runner.pb.h"

namespace kozmic::build {

// What requests must be before anything is done with them. INVALID_ARGUMENT names field, value and
// constraint.
absl::Status Validate(const v1::CreateBuildRequest& request);
// The number of its requests and of their jobs; not the requests.
absl::Status Validate(const v1::BatchCreateBuildsRequest& request);
absl::Status Validate(const v1::ProjectSettings& settings);
absl::Status Validate(const runner::v1::RegisterRunnerRequest& request);
absl::Status Validate(const runner::v1::RotateCredentialRequest& request);
absl::Status Validate(const runner::v1::OpenSessionRequest& request);
absl::Status Validate(const runner::v1::LeaseJobRequest& request);
absl::Status Validate(const runner::v1::FinishJobRequest& request);
absl::Status Validate(const runner::v1::ClaimInstallRequest& request);
absl::Status Validate(const runner::v1::RenewInstallsRequest& request);
absl::Status Validate(const runner::v1::FinishInstallRequest& request);
absl::Status Validate(const runner::v1::TidyInstallsRequest& request);

// What runners may be said to have.
absl::Status ValidateRunnerLabels(const google::protobuf::RepeatedPtrField<std::string>& labels);

// Whether a runner may be called so: 1 to 63 of a-z, 0-9, "-", ".", "_".
bool IsRunnerName(absl::string_view name);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_VALIDATE_H_
