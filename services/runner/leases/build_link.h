#ifndef KOZMIC_SERVICES_RUNNER_LEASES_BUILD_LINK_H_
#define KOZMIC_SERVICES_RUNNER_LEASES_BUILD_LINK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "kozmic/runner/v1/runner.grpc.pb.h"

namespace kozmic::runner {

// RunnerService, as one runner with one session calls it. Thread-safe. Each call has a deadline;
// none retries.
class BuildLink {
 public:
  // `bearer`: what this runner proves itself by.
  BuildLink(std::shared_ptr<grpc::Channel> channel, std::string bearer);

  std::string bearer() const;
  // Of all later calls.
  void SetBearer(std::string bearer);

  // Becomes the runner of that name; its session is used by all other calls.
  absl::StatusOr<v1::OpenSessionResponse> OpenSession(const v1::OpenSessionRequest& request);

  // Waits for a job for at most `patience`; nullopt: none came. StopWaiting ends it with CANCELLED.
  absl::StatusOr<std::optional<v1::Lease>> LeaseJob(const std::string& request_id,
                                                    absl::Duration patience);
  // Ends a LeaseJob that waits now, with CANCELLED.
  void CancelWait();
  // Ends LeaseJob, now and in future.
  void StopWaiting();

  absl::StatusOr<v1::RenewLeasesResponse> RenewLeases(
      const std::vector<v1::RenewLeasesRequest::Renewal>& renewals);
  // What the commit is fetched with, and the secrets. `refused`: the repository's host did not take
  // what was issued before, so it is to be seen to, which may take longer. CANCELLED by `stop`.
  absl::StatusOr<v1::IssueCheckoutResponse> IssueCheckout(const v1::Lease& lease, bool refused,
                                                          std::stop_token stop);
  // Calls `on_hint`, on the caller's thread, whenever leases are to be renewed at once, until the
  // stream ends, which an OK may mean too. CANCELLED by `stop`.
  absl::Status WatchSession(std::stop_token stop, const std::function<void()>& on_hint);
  // The session is filled in.
  absl::Status FinishJob(v1::FinishJobRequest request);
  // The session is filled in. CANCELLED by `stop`.
  absl::StatusOr<v1::ClaimInstallResponse> ClaimInstall(v1::ClaimInstallRequest request,
                                                        std::stop_token stop);
  absl::StatusOr<v1::RenewInstallsResponse> RenewInstalls(const std::vector<int64_t>& claims);
  // The session is filled in, here and below.
  absl::Status FinishInstall(v1::FinishInstallRequest request);
  absl::StatusOr<v1::TidyInstallsResponse> TidyInstalls(v1::TidyInstallsRequest request);

 private:
  std::string session() const;

  const std::unique_ptr<v1::RunnerService::Stub> stub_;
  mutable absl::Mutex mutex_;
  std::string bearer_ ABSL_GUARDED_BY(mutex_);
  std::string session_ ABSL_GUARDED_BY(mutex_);
  bool waiting_stopped_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* waiting_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_LEASES_BUILD_LINK_H_
