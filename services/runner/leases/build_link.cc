#include "services/runner/leases/build_link.h"

#include <utility>

#include "absl/time/clock.h"
#include "lib/rpc/client.h"
#include "lib/status/macros.h"

namespace kozmic::runner {
namespace {

using v1::RunnerService;

constexpr absl::Duration kCall = absl::Seconds(10);
// ProjectService may have to ask GitHub, and to give it the key anew.
constexpr absl::Duration kCheckout = absl::Seconds(30);
// Sealing a long log and committing the end.
constexpr absl::Duration kFinish = absl::Seconds(30);
// Streams are opened anew so often.
constexpr absl::Duration kWatch = absl::Hours(1);
// For the answer of a long poll that nobody came for to arrive.
constexpr absl::Duration kSlack = absl::Seconds(5);

}  // namespace

BuildLink::BuildLink(std::shared_ptr<grpc::Channel> channel, std::string bearer)
    : stub_(RunnerService::NewStub(std::move(channel))), bearer_(std::move(bearer)) {}

std::string BuildLink::bearer() const {
  absl::MutexLock lock(&mutex_);
  return bearer_;
}

void BuildLink::SetBearer(std::string bearer) {
  absl::MutexLock lock(&mutex_);
  bearer_ = std::move(bearer);
}

std::string BuildLink::session() const {
  absl::MutexLock lock(&mutex_);
  return session_;
}

absl::StatusOr<v1::OpenSessionResponse> BuildLink::OpenSession(
    const v1::OpenSessionRequest& request) {
  KOZMIC_ASSIGN_OR_RETURN(
      v1::OpenSessionResponse response,
      (Call<RunnerService::Stub, v1::OpenSessionRequest, v1::OpenSessionResponse>(
          *stub_, &RunnerService::Stub::OpenSession, request, bearer(), kCall)));
  absl::MutexLock lock(&mutex_);
  session_ = response.session();
  return response;
}

absl::StatusOr<std::optional<v1::Lease>> BuildLink::LeaseJob(const std::string& request_id,
                                                             absl::Duration patience) {
  v1::LeaseJobRequest request;
  request.set_session(session());
  request.set_request_id(request_id);
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + patience + kSlack, bearer());
  {
    absl::MutexLock lock(&mutex_);
    if (waiting_stopped_) return absl::CancelledError("this runner takes no more jobs");
    waiting_ = &context;
  }
  v1::LeaseJobResponse response;
  const grpc::Status status = stub_->LeaseJob(&context, request, &response);
  absl::MutexLock lock(&mutex_);
  waiting_ = nullptr;
  if (!status.ok()) return FromGrpc(status, context);
  if (!response.has_lease()) return std::nullopt;
  return response.lease();
}

void BuildLink::CancelWait() {
  absl::MutexLock lock(&mutex_);
  if (waiting_ != nullptr) waiting_->TryCancel();
}

void BuildLink::StopWaiting() {
  absl::MutexLock lock(&mutex_);
  waiting_stopped_ = true;
  if (waiting_ != nullptr) waiting_->TryCancel();
}

absl::StatusOr<v1::RenewLeasesResponse> BuildLink::RenewLeases(
    const std::vector<v1::RenewLeasesRequest::Renewal>& renewals) {
  v1::RenewLeasesRequest request;
  request.set_session(session());
  for (const auto& renewal : renewals) *request.add_renewals() = renewal;
  return Call<RunnerService::Stub, v1::RenewLeasesRequest, v1::RenewLeasesResponse>(
      *stub_, &RunnerService::Stub::RenewLeases, request, bearer(), kCall);
}

absl::StatusOr<v1::IssueCheckoutResponse> BuildLink::IssueCheckout(const v1::Lease& lease,
                                                                   bool refused,
                                                                   std::stop_token stop) {
  v1::IssueCheckoutRequest request;
  request.set_session(session());
  request.set_attempt(lease.attempt());
  request.set_fence(lease.fence());
  request.set_refused(refused);
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + kCheckout, bearer());
  const std::stop_callback on_stop(std::move(stop), [&context] { context.TryCancel(); });
  v1::IssueCheckoutResponse response;
  const grpc::Status status = stub_->IssueCheckout(&context, request, &response);
  if (!status.ok()) return FromGrpc(status, context);
  return response;
}

absl::Status BuildLink::WatchSession(std::stop_token stop, const std::function<void()>& on_hint) {
  v1::WatchSessionRequest request;
  request.set_session(session());
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + kWatch, bearer());
  const std::stop_callback on_stop(std::move(stop), [&context] { context.TryCancel(); });
  const auto stream = stub_->WatchSession(&context, request);
  v1::WatchSessionResponse hint;
  while (stream->Read(&hint)) on_hint();
  const grpc::Status status = stream->Finish();
  return status.ok() ? absl::OkStatus() : FromGrpc(status, context);
}

absl::Status BuildLink::FinishJob(v1::FinishJobRequest request) {
  request.set_session(session());
  return Call<RunnerService::Stub, v1::FinishJobRequest, v1::FinishJobResponse>(
             *stub_, &RunnerService::Stub::FinishJob, request, bearer(), kFinish)
      .status();
}

absl::StatusOr<v1::ClaimInstallResponse> BuildLink::ClaimInstall(v1::ClaimInstallRequest request,
                                                                 std::stop_token stop) {
  request.set_session(session());
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + kCall, bearer());
  const std::stop_callback on_stop(std::move(stop), [&context] { context.TryCancel(); });
  v1::ClaimInstallResponse response;
  const grpc::Status status = stub_->ClaimInstall(&context, request, &response);
  if (!status.ok()) return FromGrpc(status, context);
  return response;
}

absl::StatusOr<v1::RenewInstallsResponse> BuildLink::RenewInstalls(
    const std::vector<int64_t>& claims) {
  v1::RenewInstallsRequest request;
  request.set_session(session());
  request.mutable_claims()->Add(claims.begin(), claims.end());
  return Call<RunnerService::Stub, v1::RenewInstallsRequest, v1::RenewInstallsResponse>(
      *stub_, &RunnerService::Stub::RenewInstalls, request, bearer(), kCall);
}

absl::Status BuildLink::FinishInstall(v1::FinishInstallRequest request) {
  request.set_session(session());
  return Call<RunnerService::Stub, v1::FinishInstallRequest, v1::FinishInstallResponse>(
             *stub_, &RunnerService::Stub::FinishInstall, request, bearer(), kCall)
      .status();
}

absl::StatusOr<v1::TidyInstallsResponse> BuildLink::TidyInstalls(v1::TidyInstallsRequest request) {
  request.set_session(session());
  return Call<RunnerService::Stub, v1::TidyInstallsRequest, v1::TidyInstallsResponse>(
      *stub_, &RunnerService::Stub::TidyInstalls, request, bearer(), kCall);
}

}  // namespace kozmic::runner
