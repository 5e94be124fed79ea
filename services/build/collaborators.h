#ifndef KOZMIC_SERVICES_BUILD_COLLABORATORS_H_
#define KOZMIC_SERVICES_BUILD_COLLABORATORS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grpcpp/grpcpp.h"
#include "kozmic/auth/v1/auth.grpc.pb.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"
#include "kozmic/project/v1/project.grpc.pb.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "lib/rpc/caller.h"
#include "services/build/lease_store.h"
#include "services/build/lease_sweeper.h"
#include "services/build/status_outbox.h"

namespace kozmic::build {

// The calls that orchestration makes to the other services, as "build". Thread-safe; each call has
// its own deadline.
class Collaborators {
 public:
  Collaborators(std::shared_ptr<grpc::Channel> auth, std::shared_ptr<grpc::Channel> project,
                std::shared_ptr<grpc::Channel> logstream, const std::string& service_key);

  // With exactly that size and, unless it is "", that digest; or as whatever there is.
  absl::StatusOr<SealedLog> SealLog(const std::string& log,
                                    const std::optional<SealedLog>& as) const;
  // What is needed to fetch the lease's commit and to pull its images, and the secrets of its
  // project; no credentials and no secrets when the commit comes from a fork. `refused`: the
  // repository's host did not take what was issued before. Errors are ProjectService's, in its
  // words.
  absl::StatusOr<runner::v1::IssueCheckoutResponse> IssueCheckout(const GrantedLease& lease,
                                                                  bool refused) const;
  // What a job of the hook runs now. FAILED_PRECONDITION "hook_gone".
  absl::StatusOr<v1::JobSpec> GetHookSpec(const std::string& hook) const;
  // How GitHub calls who calls; a service by its name.
  absl::StatusOr<std::string> LoginOf(const Caller& caller) const;
  // Removes a part of a project's logs; true when nothing is left of them.
  absl::StatusOr<bool> RemoveLogs(int64_t project) const;
  // Frees the bytes of logs, by their names.
  absl::Status ExpireLogs(const std::vector<std::string>& logs) const;
  // The mail addresses of who is told of a project's failed builds. NOT_FOUND.
  absl::StatusOr<std::vector<std::string>> ListRecipients(int64_t project) const;
  // Posts one commit status.
  absl::Status ReportStatus(const StatusWish& wish) const;

 private:
  const std::unique_ptr<auth::v1::AuthService::Stub> auth_;
  const std::unique_ptr<project::v1::ProjectService::Stub> project_;
  const std::unique_ptr<logstream::v1::LogService::Stub> logstream_;
  const std::string token_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_COLLABORATORS_H_
