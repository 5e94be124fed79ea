#include "services/runner/local/one_job_services.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/rpc/grpc_status.h"

namespace kozmic::runner {
namespace {

using logstream::v1::AppendLogRequest;
using logstream::v1::AppendLogResponse;

constexpr char kSession[] = "the only one";
// The runner is told of a cancellation when it happens; this is for the rest of the protocol.
constexpr int kRenewSeconds = 10;
constexpr int kLeaseSeconds = 60;
// Before the runner gives a long poll up.
constexpr absl::Duration kAnswerTime = absl::Seconds(1);

grpc::Status CheckBearer(const grpc::ServerContext& context, const std::string& bearer) {
  const auto found = context.client_metadata().find("authorization");
  if (found != context.client_metadata().end() &&
      absl::string_view(found->second.data(), found->second.size()) == bearer) {
    return grpc::Status::OK;
  }
  return {grpc::StatusCode::UNAUTHENTICATED, "not this process's runner"};
}

}  // namespace

OneJobBuild::OneJobBuild(absl::string_view token, int64_t number, const v1::JobSpec& spec,
                         const v1::IssueCheckoutResponse& checkout)
    : bearer_(absl::StrCat("Bearer ", token)), checkout_(checkout) {
  lease_.set_attempt(absl::StrCat("projects/1/builds/", number, "/jobs/1/attempts/1"));
  lease_.set_fence(1);
  *lease_.mutable_spec() = spec;
  lease_.set_log(absl::StrCat("logs/1-", number, "-1-1"));
  lease_.set_log_token(std::string(token));
}

v1::FinishJobRequest OneJobBuild::WaitForEnd() {
  absl::MutexLock lock(&mutex_);
  const auto ended = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return end_.has_value(); };
  mutex_.Await(absl::Condition(&ended));
  return *end_;
}

void OneJobBuild::Cancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
}

void OneJobBuild::Close() {
  absl::MutexLock lock(&mutex_);
  closing_ = true;
}

grpc::Status OneJobBuild::Check(const grpc::ServerContext& context) const {
  return CheckBearer(context, bearer_);
}

grpc::Status OneJobBuild::OpenSession(grpc::ServerContext* context, const v1::OpenSessionRequest*,
                                      v1::OpenSessionResponse* response) {
  if (grpc::Status status = Check(*context); !status.ok()) return status;
  response->set_session(kSession);
  response->set_renew_seconds(kRenewSeconds);
  response->set_lease_seconds(kLeaseSeconds);
  return grpc::Status::OK;
}

grpc::Status OneJobBuild::LeaseJob(grpc::ServerContext* context, const v1::LeaseJobRequest* request,
                                   v1::LeaseJobResponse* response) {
  if (grpc::Status status = Check(*context); !status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  if (!granted_to_.has_value()) granted_to_ = request->request_id();
  if (*granted_to_ == request->request_id()) {
    *response->mutable_lease() = lease_;
    return grpc::Status::OK;
  }
  // There is no other.
  mutex_.AwaitWithDeadline(absl::Condition(&closing_),
                           absl::FromChrono(context->deadline()) - kAnswerTime);
  return grpc::Status::OK;
}

grpc::Status OneJobBuild::RenewLeases(grpc::ServerContext* context,
                                      const v1::RenewLeasesRequest* request,
                                      v1::RenewLeasesResponse* response) {
  if (grpc::Status status = Check(*context); !status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  for (const auto& renewal : request->renewals()) {
    auto& answer = *response->add_answers();
    answer.set_attempt(renewal.attempt());
    answer.set_verdict(cancelled_ ? v1::RenewLeasesResponse::VERDICT_CANCEL
                                  : v1::RenewLeasesResponse::VERDICT_CONTINUE);
  }
  return grpc::Status::OK;
}

grpc::Status OneJobBuild::WatchSession(grpc::ServerContext* context, const v1::WatchSessionRequest*,
                                       grpc::ServerWriter<v1::WatchSessionResponse>* stream) {
  if (grpc::Status status = Check(*context); !status.ok()) return status;
  {
    absl::MutexLock lock(&mutex_);
    const auto heard = [this]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return cancelled_ || closing_; };
    mutex_.Await(absl::Condition(&heard));
  }
  stream->Write({});
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&closing_));
  return {grpc::StatusCode::UNAVAILABLE, "the job has ended"};
}

grpc::Status OneJobBuild::IssueCheckout(grpc::ServerContext* context,
                                        const v1::IssueCheckoutRequest*,
                                        v1::IssueCheckoutResponse* response) {
  if (grpc::Status status = Check(*context); !status.ok()) return status;
  *response = checkout_;
  return grpc::Status::OK;
}

grpc::Status OneJobBuild::FinishJob(grpc::ServerContext* context,
                                    const v1::FinishJobRequest* request, v1::FinishJobResponse*) {
  if (grpc::Status status = Check(*context); !status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  end_ = *request;
  return grpc::Status::OK;
}

PrintedLog::PrintedLog(absl::string_view log_token, int fd)
    : bearer_(absl::StrCat("Bearer ", log_token)), fd_(fd) {}

grpc::Status PrintedLog::AppendLog(
    grpc::ServerContext* context,
    grpc::ServerReaderWriter<AppendLogResponse, AppendLogRequest>* stream) {
  if (grpc::Status status = CheckBearer(*context, bearer_); !status.ok()) return status;
  AppendLogRequest request;
  while (stream->Read(&request)) {
    const auto end = Take(request);
    if (!end.ok()) return ToGrpc(end.status(), *context);
    AppendLogResponse response;
    response.set_end_offset(*end);
    if (!stream->Write(response)) break;
  }
  return grpc::Status::OK;
}

absl::StatusOr<int64_t> PrintedLog::Take(const AppendLogRequest& request) {
  absl::MutexLock lock(&mutex_);
  if (request.offset() > written_) return absl::OutOfRangeError("a part of the log is missing");
  absl::string_view rest = request.bytes();
  rest.remove_prefix(std::min(rest.size(), static_cast<size_t>(written_ - request.offset())));
  while (!rest.empty()) {
    const ssize_t count = write(fd_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return absl::FailedPreconditionError(absl::StrCat("print the log: ", std::strerror(errno)));
    }
    written_ += count;
    rest.remove_prefix(static_cast<size_t>(count));
  }
  return written_;
}

}  // namespace kozmic::runner
