#include "services/runner/testing/fake_services.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/rpc/grpc_status.h"
#include "lib/status/annotate.h"

namespace kozmic::runner {
namespace {

using logstream::v1::AppendLogRequest;
using logstream::v1::AppendLogResponse;

grpc::Status Refuse(absl::StatusCode code, const char* reason, grpc::ServerContext& context) {
  return ToGrpc(WithReason(absl::Status(code, reason), reason), context);
}

}  // namespace

std::string FakeBuild::Enqueue(const v1::JobSpec& spec, const std::string& runner) {
  absl::MutexLock lock(&mutex_);
  v1::Lease lease;
  const int job = ++jobs_;
  lease.set_attempt(absl::StrCat("projects/1/builds/1/jobs/", job, "/attempts/1"));
  lease.set_fence(1);
  lease.set_log(absl::StrCat("logs/1-1-", job, "-1"));
  lease.set_log_token(absl::StrCat("log-token-", job));
  *lease.mutable_spec() = spec;
  attempts_[lease.attempt()].lease = lease;
  attempts_[lease.attempt()].runner = runner;
  queue_.push_back(lease.attempt());
  return lease.attempt();
}

void FakeBuild::set_checkout(const v1::IssueCheckoutResponse& checkout) {
  absl::MutexLock lock(&mutex_);
  checkout_ = checkout;
}

void FakeBuild::set_on_refused(std::function<void()> on_refused) {
  absl::MutexLock lock(&mutex_);
  on_refused_ = std::move(on_refused);
}

int FakeBuild::checkouts() const {
  absl::MutexLock lock(&mutex_);
  return checkouts_;
}

int FakeBuild::refusals() const {
  absl::MutexLock lock(&mutex_);
  return refusals_;
}

void FakeBuild::HoldCheckouts(bool held) {
  absl::MutexLock lock(&mutex_);
  checkouts_held_ = held;
}

void FakeBuild::SetVerdict(const std::string& attempt, v1::RenewLeasesResponse::Verdict verdict) {
  absl::MutexLock lock(&mutex_);
  attempts_[attempt].verdict = verdict;
}

void FakeBuild::Hint() {
  absl::MutexLock lock(&mutex_);
  ++hints_;
}

void FakeBuild::KnowWatchSession(bool known) {
  absl::MutexLock lock(&mutex_);
  watch_known_ = known;
}

void FakeBuild::EndWatches() {
  absl::MutexLock lock(&mutex_);
  ++ended_watches_;
}

bool FakeBuild::WaitForWatches(int count, absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return watches_ >= count; };
  return mutex_.AwaitWithTimeout(absl::Condition(&enough), patience);
}

int FakeBuild::watches() const {
  absl::MutexLock lock(&mutex_);
  return watches_;
}

int FakeBuild::renewals() const {
  absl::MutexLock lock(&mutex_);
  return renewals_;
}

void FakeBuild::set_renew_seconds(int seconds) {
  absl::MutexLock lock(&mutex_);
  renew_seconds_ = seconds;
}

v1::OpenSessionRequest FakeBuild::session_request() const {
  absl::MutexLock lock(&mutex_);
  return session_request_;
}

void FakeBuild::Revoke() {
  absl::MutexLock lock(&mutex_);
  revoked_ = true;
}

void FakeBuild::TakeAway(const std::string& attempt) {
  absl::MutexLock lock(&mutex_);
  attempts_[attempt].live = false;
}

std::optional<v1::FinishJobRequest> FakeBuild::WaitForFinish(const std::string& attempt,
                                                             absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  const auto ended = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return attempts_[attempt].end.has_value();
  };
  mutex_.AwaitWithTimeout(absl::Condition(&ended), patience);
  return attempts_[attempt].end;
}

bool FakeBuild::IsFinished(const std::string& attempt) const {
  absl::MutexLock lock(&mutex_);
  const auto found = attempts_.find(attempt);
  return found != attempts_.end() && found->second.end.has_value();
}

absl::Time FakeBuild::GrantTime(const std::string& attempt) const {
  absl::MutexLock lock(&mutex_);
  const auto found = attempts_.find(attempt);
  return found == attempts_.end() ? absl::InfinitePast() : found->second.grant_time;
}

absl::Time FakeBuild::EndTime(const std::string& attempt) const {
  absl::MutexLock lock(&mutex_);
  const auto found = attempts_.find(attempt);
  return found == attempts_.end() ? absl::InfinitePast() : found->second.end_time;
}

v1::Phase FakeBuild::PhaseOf(const std::string& attempt) const {
  absl::MutexLock lock(&mutex_);
  const auto found = attempts_.find(attempt);
  return found == attempts_.end() ? v1::PHASE_UNSPECIFIED : found->second.phase;
}

bool FakeBuild::WaitForCheckouts(int count, absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return checkouts_ >= count; };
  return mutex_.AwaitWithTimeout(absl::Condition(&enough), patience);
}

grpc::Status FakeBuild::Check(const grpc::ServerContext& context,
                              const std::string& session) const {
  const auto bearer = context.client_metadata().find("authorization");
  if (revoked_ || bearer == context.client_metadata().end() ||
      std::string(bearer->second.data(), bearer->second.size()) != token_) {
    return {grpc::StatusCode::UNAUTHENTICATED, "not a runner"};
  }
  if (runners_.count(session) == 0) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "stale_session",
                  const_cast<grpc::ServerContext&>(context));
  }
  return grpc::Status::OK;
}

grpc::Status FakeBuild::OpenSession(grpc::ServerContext* context,
                                    const v1::OpenSessionRequest* request,
                                    v1::OpenSessionResponse* response) {
  absl::MutexLock lock(&mutex_);
  const std::string session = absl::StrCat("session-", ++sessions_);
  std::erase_if(runners_, [&](const auto& one) { return one.second == request->runner(); });
  runners_[session] = request->runner();
  if (const grpc::Status status = Check(*context, session); !status.ok()) return status;
  session_request_ = *request;
  response->set_session(session);
  response->set_renew_seconds(renew_seconds_);
  response->set_lease_seconds(60);
  for (const auto& [name, attempt] : attempts_) {
    if (attempt.granted && attempt.live && !attempt.end && attempt.runner == request->runner()) {
      *response->add_leases() = attempt.lease;
    }
  }
  return grpc::Status::OK;
}

grpc::Status FakeBuild::LeaseJob(grpc::ServerContext* context, const v1::LeaseJobRequest* request,
                                 v1::LeaseJobResponse* response) {
  const absl::Time deadline = absl::FromChrono(context->deadline()) - absl::Seconds(1);
  while (absl::Now() < deadline && !context->IsCancelled()) {
    absl::MutexLock lock(&mutex_);
    if (const grpc::Status status = Check(*context, request->session()); !status.ok()) {
      return status;
    }
    for (const auto& [name, attempt] : attempts_) {
      if (attempt.request_id == request->request_id() && attempt.live && !attempt.end) {
        *response->mutable_lease() = attempt.lease;
        return grpc::Status::OK;
      }
    }
    const std::string runner = runners_[request->session()];
    auto next = queue_.end();
    const auto waiting = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      next = std::find_if(queue_.begin(), queue_.end(), [&](const std::string& name) {
        const std::string& wanted = attempts_[name].runner;
        return wanted.empty() || wanted == runner;
      });
      return next != queue_.end();
    };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&waiting), absl::Milliseconds(50))) continue;
    Attempt& attempt = attempts_[*next];
    attempt.granted = true;
    attempt.grant_time = absl::Now();
    attempt.runner = runner;
    attempt.request_id = request->request_id();
    queue_.erase(next);
    *response->mutable_lease() = attempt.lease;
    return grpc::Status::OK;
  }
  return grpc::Status::OK;
}

grpc::Status FakeBuild::RenewLeases(grpc::ServerContext* context,
                                    const v1::RenewLeasesRequest* request,
                                    v1::RenewLeasesResponse* response) {
  absl::MutexLock lock(&mutex_);
  if (const grpc::Status status = Check(*context, request->session()); !status.ok()) return status;
  ++renewals_;
  for (const auto& renewal : request->renewals()) {
    Attempt& attempt = attempts_[renewal.attempt()];
    attempt.phase = renewal.phase();
    auto& answer = *response->add_answers();
    answer.set_attempt(renewal.attempt());
    answer.set_verdict(attempt.live && !attempt.end ? attempt.verdict
                                                    : v1::RenewLeasesResponse::VERDICT_LOST);
  }
  return grpc::Status::OK;
}

grpc::Status FakeBuild::WatchSession(grpc::ServerContext* context,
                                     const v1::WatchSessionRequest* request,
                                     grpc::ServerWriter<v1::WatchSessionResponse>* stream) {
  absl::MutexLock lock(&mutex_);
  ++watches_;
  if (!watch_known_) return {grpc::StatusCode::UNIMPLEMENTED, "no such rpc"};
  int told = hints_;
  const int ended = ended_watches_;
  while (!context->IsCancelled()) {
    if (const grpc::Status status = Check(*context, request->session()); !status.ok()) {
      return status;
    }
    if (ended_watches_ != ended) return {grpc::StatusCode::UNAVAILABLE, "draining"};
    const auto due = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return hints_ != told || ended_watches_ != ended;
    };
    mutex_.AwaitWithTimeout(absl::Condition(&due), absl::Milliseconds(50));
    if (hints_ != told && !stream->Write({})) break;
    told = hints_;
  }
  return {grpc::StatusCode::CANCELLED, "nobody listens"};
}

grpc::Status FakeBuild::IssueCheckout(grpc::ServerContext* context,
                                      const v1::IssueCheckoutRequest* request,
                                      v1::IssueCheckoutResponse* response) {
  absl::MutexLock lock(&mutex_);
  ++checkouts_;
  if (const grpc::Status status = Check(*context, request->session()); !status.ok()) return status;
  while (checkouts_held_ && !context->IsCancelled()) {
    mutex_.Unlock();
    absl::SleepFor(absl::Milliseconds(5));
    mutex_.Lock();
  }
  if (request->refused()) {
    ++refusals_;
    if (on_refused_) on_refused_();
  }
  *response = checkout_;
  return grpc::Status::OK;
}

grpc::Status FakeBuild::ClaimInstall(grpc::ServerContext* context,
                                     const v1::ClaimInstallRequest* request,
                                     v1::ClaimInstallResponse* response) {
  absl::MutexLock lock(&mutex_);
  if (const grpc::Status status = Check(*context, request->session()); !status.ok()) return status;
  const Attempt& attempt = attempts_[request->attempt()];
  if (!attempt.live || attempt.end) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "stale_fence", *context);
  }
  *response = installs_.Claim(*request, runners_[request->session()], attempt.lease.spec().fork());
  return grpc::Status::OK;
}

grpc::Status FakeBuild::RenewInstalls(grpc::ServerContext* context,
                                      const v1::RenewInstallsRequest* request,
                                      v1::RenewInstallsResponse* response) {
  absl::MutexLock lock(&mutex_);
  if (const grpc::Status status = Check(*context, request->session()); !status.ok()) return status;
  *response = installs_.Renew(*request, runners_[request->session()]);
  return grpc::Status::OK;
}

grpc::Status FakeBuild::FinishInstall(grpc::ServerContext* context,
                                      const v1::FinishInstallRequest* request,
                                      v1::FinishInstallResponse*) {
  absl::MutexLock lock(&mutex_);
  if (const grpc::Status status = Check(*context, request->session()); !status.ok()) return status;
  if (!installs_.Finish(*request, runners_[request->session()])) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "stale_claim", *context);
  }
  // All are told: hints may be too many.
  ++hints_;
  return grpc::Status::OK;
}

grpc::Status FakeBuild::TidyInstalls(grpc::ServerContext* context,
                                     const v1::TidyInstallsRequest* request,
                                     v1::TidyInstallsResponse* response) {
  absl::MutexLock lock(&mutex_);
  if (const grpc::Status status = Check(*context, request->session()); !status.ok()) return status;
  *response = installs_.Tidy(*request);
  return grpc::Status::OK;
}

grpc::Status FakeBuild::FinishJob(grpc::ServerContext* context, const v1::FinishJobRequest* request,
                                  v1::FinishJobResponse*) {
  absl::MutexLock lock(&mutex_);
  if (const grpc::Status status = Check(*context, request->session()); !status.ok()) return status;
  Attempt& attempt = attempts_[request->attempt()];
  if (!attempt.live) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "stale_fence", *context);
  }
  attempt.end = *request;
  attempt.end_time = absl::Now();
  return grpc::Status::OK;
}

std::string FakeLogstream::Log(const std::string& name) const {
  absl::MutexLock lock(&mutex_);
  const auto found = logs_.find(name);
  return found == logs_.end() ? "" : found->second;
}

bool FakeLogstream::WaitForLog(const std::string& name, absl::Duration patience,
                               const std::function<bool(const std::string&)>& condition) {
  absl::MutexLock lock(&mutex_);
  const auto good = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return condition(logs_[name]); };
  return mutex_.AwaitWithTimeout(absl::Condition(&good), patience);
}

void FakeLogstream::SetAway(bool away) {
  absl::MutexLock lock(&mutex_);
  away_ = away;
}

bool FakeLogstream::WaitForRefusals(int count, absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return refusals_ >= count; };
  return mutex_.AwaitWithTimeout(absl::Condition(&enough), patience);
}

void FakeLogstream::SetLimit(size_t bytes) {
  absl::MutexLock lock(&mutex_);
  limit_ = bytes;
}

grpc::Status FakeLogstream::AppendLog(
    grpc::ServerContext* context,
    grpc::ServerReaderWriter<AppendLogResponse, AppendLogRequest>* stream) {
  AppendLogRequest request;
  if (!stream->Read(&request)) return grpc::Status::OK;
  const std::string name = request.log();
  const auto bearer = context->client_metadata().find("authorization");
  if (bearer == context->client_metadata().end()) {
    return {grpc::StatusCode::UNAUTHENTICATED, "no token"};
  }
  while (true) {
    AppendLogResponse response;
    {
      absl::MutexLock lock(&mutex_);
      if (away_) {
        ++refusals_;
        return {grpc::StatusCode::UNAVAILABLE, "away"};
      }
      std::string& log = logs_[name];
      const size_t offset = static_cast<size_t>(request.offset());
      if (offset > log.size()) return Refuse(absl::StatusCode::kOutOfRange, "gap", *context);
      const std::string& bytes = request.bytes();
      const size_t overlap = std::min(bytes.size(), log.size() - offset);
      if (log.compare(offset, overlap, bytes, 0, overlap) != 0) {
        return Refuse(absl::StatusCode::kDataLoss, "conflicting_bytes", *context);
      }
      if (offset + bytes.size() > limit_) {
        return Refuse(absl::StatusCode::kResourceExhausted, "log_limit", *context);
      }
      log.append(bytes, overlap, std::string::npos);
      response.set_end_offset(static_cast<int64_t>(log.size()));
    }
    if (!stream->Write(response) || !stream->Read(&request)) return grpc::Status::OK;
  }
}

}  // namespace kozmic::runner
