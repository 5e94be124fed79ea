#ifndef KOZMIC_SERVICES_BUILD_COLLABORATORS_H_
#define KOZMIC_SERVICES_BUILD_COLLABORATORS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "grpcpp/grpcpp.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"
#include "kozmic/project/v1/project.grpc.pb.h"
#include "services/build/lease_store.h"
#include "services/build/lease_sweeper.h"
#include "services/build/status_outbox.h"

namespace kozmic::build {

// The calls that orchestration makes to the other services, as "build". Thread-safe; each call has
// its own deadline.
class Collaborators {
 public:
  Collaborators(std::shared_ptr<grpc::Channel> project, std::shared_ptr<grpc::Channel> logstream,
                const std::string& service_key);

  // At exactly `size`; at whatever is there when `size` is negative.
  absl::StatusOr<SealedLog> SealLog(const std::string& log, int64_t size) const;
  // The URL from which the lease's commit is fetched.
  absl::StatusOr<std::string> IssueCheckout(const GrantedLease& lease) const;
  // Posts one commit status.
  absl::Status ReportStatus(const StatusWish& wish) const;

 private:
  const std::unique_ptr<project::v1::ProjectService::Stub> project_;
  const std::unique_ptr<logstream::v1::LogService::Stub> logstream_;
  const std::string token_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_COLLABORATORS_H_
