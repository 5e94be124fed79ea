#include "services/build/runner_service.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/base/log.h"
#include "lib/crypto/digest.h"
#include "lib/rpc/grpc_status.h"
#include "lib/rpc/service_token.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "lib/trace/span.h"
#include "services/build/job_environment.h"
#include "services/build/state_machine.h"
#include "services/build/validate.h"

namespace kozmic::build {
namespace {

using runner::v1::FinishJobRequest;
using runner::v1::RenewLeasesRequest;
using runner::v1::RenewLeasesResponse;

// The answer must reach the runner before its own deadline does.
constexpr absl::Duration kAnswerSlack = absl::Milliseconds(500);
constexpr absl::Duration kLongestPoll = absl::Minutes(5);
constexpr size_t kSessionBytes = 32;
constexpr char kLogDiffers[] =
    "The stored log is not what the runner sent. Look at the disks of the log service's database.";
constexpr int kMostRenewals = 1000;
constexpr absl::Duration kLongestAgo = absl::Hours(24 * 30);
// Attempts that are ended in one transaction.
constexpr size_t kMostTogether = 64;

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  const int64_t micros = absl::ToUnixMicros(time);
  out->set_seconds(micros / 1000000);
  out->set_nanos(static_cast<int32_t>(micros % 1000000) * 1000);
}

std::string ExitReason(int code) {
  return code == 0 ? "" : absl::StrCat("The script exited with ", code, ".");
}

// Nothing begins later than now, or longer ago than a job may last.
std::map<runner::v1::Phase, LeaseStore::Renewal::Begun> BegunOf(
    const RenewLeasesRequest::Renewal& renewal) {
  std::map<runner::v1::Phase, LeaseStore::Renewal::Begun> begun;
  for (const RenewLeasesRequest::PhaseBegin& one : renewal.begun()) {
    if (!runner::v1::Phase_IsValid(one.phase()) || one.phase() > renewal.phase()) continue;
    LeaseStore::Renewal::Begun& phase = begun[one.phase()];
    phase.ago =
        std::clamp(absl::Microseconds(one.microseconds_ago()), absl::ZeroDuration(), kLongestAgo);
    if (one.has_log_offset() && one.log_offset() >= 0) phase.log_offset = one.log_offset();
  }
  return begun;
}

}  // namespace

absl::Status OnlyRunners(const Caller& caller) {
  if (caller.kind == Caller::Kind::kRunner) return absl::OkStatus();
  if (caller.kind == Caller::Kind::kAnonymous) {
    return absl::UnauthenticatedError("a runner token is needed");
  }
  return absl::PermissionDeniedError("only runners may call this");
}

absl::StatusOr<AttemptKey> ParseFenced(absl::string_view attempt, int64_t fence) {
  KOZMIC_ASSIGN_OR_RETURN(const AttemptKey key, AttemptKey::Parse(attempt));
  if (key.attempt != fence) {
    return absl::InvalidArgumentError(absl::StrCat("fence: ", fence, " is not that of ", attempt));
  }
  return key;
}

RunnerServiceRpc::RunnerServiceRpc(const UnaryRunner& own, const UnaryRunner& unary,
                                   LeaseStore& store, RegistrationStore& registrations,
                                   InstallStore& installs, LeaseDispatcher& dispatcher,
                                   SessionHub& sessions, const Clock& clock, Random& random,
                                   Options options)
    : own_(own),
      unary_(unary),
      store_(store),
      registrations_(registrations),
      installs_(installs),
      dispatcher_(dispatcher),
      sessions_(sessions),
      clock_(clock),
      random_(random),
      options_(std::move(options)),
      checks_(
          [&store](const std::vector<LeaseStore::Holding>& holdings) {
            auto statuses = store.CheckLive(holdings);
            if (statuses.ok()) return *std::move(statuses);
            return std::vector<absl::Status>(holdings.size(), statuses.status());
          },
          {.most = kMostTogether}),
      finishes_(
          [&store](const std::vector<LeaseStore::Finished>& finished) {
            auto statuses = store.Finish(finished);
            if (statuses.ok()) return *std::move(statuses);
            return std::vector<absl::Status>(finished.size(), statuses.status());
          },
          {.most = kMostTogether}) {}

void RunnerServiceRpc::FillLease(const GrantedLease& granted, runner::v1::Lease& lease) const {
  const AttemptKey& key = granted.key;
  lease.set_attempt(key.Name());
  lease.set_fence(key.attempt);
  SetTime(granted.expire_time, lease.mutable_expire_time());
  lease.set_log(key.LogName());
  lease.set_log_token(CapabilityToken(options_.service_key, "log-write", key.LogName()));
  FillJobSpec(granted, options_.public_url, lease.mutable_spec());
}

grpc::ServerUnaryReactor* RunnerServiceRpc::OpenSession(
    grpc::CallbackServerContext* context, const runner::v1::OpenSessionRequest* request,
    runner::v1::OpenSessionResponse* response) {
  return own_.Run(context, "OpenSession", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(OnlyRunners(caller));
    KOZMIC_RETURN_IF_ERROR(Validate(*request));
    const std::string credential = caller.name.empty() ? "" : Sha256Hex(caller.bearer);
    if (!caller.name.empty() && caller.name != request->runner()) {
      return absl::PermissionDeniedError(
          absl::StrCat("this credential is of the runner called ", caller.name));
    }
    const std::string session = random_.Hex(kSessionBytes);
    KOZMIC_ASSIGN_OR_RETURN(const std::vector<GrantedLease> held,
                            store_.OpenSession(*request, session, credential));
    response->set_session(session);
    response->set_renew_seconds(
        static_cast<int32_t>(absl::ToInt64Seconds(options_.renew_interval)));
    response->set_lease_seconds(static_cast<int32_t>(absl::ToInt64Seconds(options_.lease_time)));
    for (const GrantedLease& lease : held) FillLease(lease, *response->add_leases());
    return absl::OkStatus();
  });
}

// One waiting LeaseJob. The dispatcher answers it, or the runner goes; whichever comes first
// finishes the call.
class RunnerServiceRpc::LeaseCall final : public grpc::ServerUnaryReactor {
 public:
  LeaseCall(const RunnerServiceRpc& service, grpc::CallbackServerContext* context,
            runner::v1::LeaseJobResponse* response)
      : service_(service), context_(context), response_(response) {}

  void Begin(const runner::v1::LeaseJobRequest& request, std::shared_ptr<LeaseCall> self) {
    self_ = self;
    const absl::Time now = service_.clock_.Now();
    const absl::Time deadline =
        std::min(absl::FromChrono(context_->deadline()) - kAnswerSlack, now + kLongestPoll);
    const LeaseDispatcher::WaiterId waiter = service_.dispatcher_.Wait(
        request.session(), request.request_id(), deadline,
        [self = std::move(self)](absl::StatusOr<std::optional<GrantedLease>> lease) {
          self->Answer(std::move(lease));
        });
    bool cancelled = false;
    {
      absl::MutexLock lock(&mutex_);
      waiter_ = waiter;
      cancelled = cancelled_;
    }
    if (cancelled) Leave(waiter);
  }

  void Refuse(const absl::Status& status, std::shared_ptr<LeaseCall> self) {
    self_ = std::move(self);
    Finish(ToGrpc(status, *context_));
  }

  void OnCancel() override {
    LeaseDispatcher::WaiterId waiter = 0;
    {
      absl::MutexLock lock(&mutex_);
      cancelled_ = true;
      waiter = waiter_;
    }
    if (waiter != 0) Leave(waiter);
  }

  void OnDone() override { const std::shared_ptr<LeaseCall> self = std::move(self_); }

 private:
  void Answer(absl::StatusOr<std::optional<GrantedLease>> lease) {
    if (lease.ok() && lease->has_value()) {
      const GrantedLease& granted = **lease;
      service_.FillLease(granted, *response_->mutable_lease());
      RecordPast(granted.trace_id, "wait for a runner", granted.queue_time, service_.clock_.Now(),
                 {{"kozmic.attempt", granted.key.Name()}});
    }
    LogServerFault("LeaseJob", lease.status());
    Finish(ToGrpc(lease.status(), *context_));
  }

  void Leave(LeaseDispatcher::WaiterId waiter) {
    if (service_.dispatcher_.Cancel(waiter)) {
      Finish(ToGrpc(absl::CancelledError("the runner has gone"), *context_));
    }
  }

  const RunnerServiceRpc& service_;
  grpc::CallbackServerContext* const context_;
  runner::v1::LeaseJobResponse* const response_;
  // Keeps this alive until gRPC is done with it.
  std::shared_ptr<LeaseCall> self_;
  absl::Mutex mutex_;
  LeaseDispatcher::WaiterId waiter_ ABSL_GUARDED_BY(mutex_) = 0;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

grpc::ServerUnaryReactor* RunnerServiceRpc::LeaseJob(grpc::CallbackServerContext* context,
                                                     const runner::v1::LeaseJobRequest* request,
                                                     runner::v1::LeaseJobResponse* response) {
  auto call = std::make_shared<LeaseCall>(*this, context, response);
  LeaseCall* reactor = call.get();
  // Who calls may have to be asked of the database.
  const bool taken = own_.executor().Submit([this, context, request, call] {
    const absl::StatusOr<Caller> caller = AuthenticateCall(*context, own_.authenticator());
    absl::Status status = caller.ok() ? OnlyRunners(*caller) : caller.status();
    if (status.ok()) status = Validate(*request);
    if (status.ok()) {
      call->Begin(*request, call);
    } else {
      call->Refuse(status, call);
    }
  });
  if (!taken) call->Refuse(absl::ResourceExhaustedError("the server is busy; try again"), call);
  return reactor;
}

grpc::ServerUnaryReactor* RunnerServiceRpc::RenewLeases(grpc::CallbackServerContext* context,
                                                        const RenewLeasesRequest* request,
                                                        RenewLeasesResponse* response) {
  return own_.Run(context, "RenewLeases", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(OnlyRunners(caller));
    if (request->renewals_size() > kMostRenewals) {
      return absl::InvalidArgumentError(absl::StrCat("renewals: at most ", kMostRenewals));
    }
    std::vector<LeaseStore::Renewal> renewals;
    for (const RenewLeasesRequest::Renewal& renewal : request->renewals()) {
      KOZMIC_ASSIGN_OR_RETURN(const AttemptKey key,
                              ParseFenced(renewal.attempt(), renewal.fence()));
      if (!runner::v1::Phase_IsValid(renewal.phase())) {
        return absl::InvalidArgumentError(
            absl::StrCat("renewals: ", renewal.phase(), " is not a phase"));
      }
      renewals.push_back({key, renewal.phase(), BegunOf(renewal)});
    }
    KOZMIC_ASSIGN_OR_RETURN(const auto renewed, store_.Renew(request->session(), renewals));
    for (size_t i = 0; i < renewed.size(); ++i) {
      RenewLeasesResponse::Answer& answer = *response->add_answers();
      answer.set_attempt(request->renewals(static_cast<int>(i)).attempt());
      if (renewed[i].expire_time) {
        answer.set_verdict(renewed[i].cancel ? RenewLeasesResponse::VERDICT_CANCEL
                                             : RenewLeasesResponse::VERDICT_CONTINUE);
        SetTime(*renewed[i].expire_time, answer.mutable_expire_time());
      } else {
        answer.set_verdict(RenewLeasesResponse::VERDICT_LOST);
      }
    }
    return absl::OkStatus();
  });
}

SessionHub::Reactor* RunnerServiceRpc::WatchSession(
    grpc::CallbackServerContext* context, const runner::v1::WatchSessionRequest* request) {
  return sessions_.Watch(
      context, [this, context, session = request->session()]() -> absl::StatusOr<std::string> {
        KOZMIC_ASSIGN_OR_RETURN(const Caller caller,
                                AuthenticateCall(*context, own_.authenticator()));
        KOZMIC_RETURN_IF_ERROR(OnlyRunners(caller));
        return store_.RunnerOf(session);
      });
}

grpc::ServerUnaryReactor* RunnerServiceRpc::IssueCheckout(
    grpc::CallbackServerContext* context, const runner::v1::IssueCheckoutRequest* request,
    runner::v1::IssueCheckoutResponse* response) {
  return unary_.Run(context, "IssueCheckout", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(OnlyRunners(caller));
    KOZMIC_ASSIGN_OR_RETURN(const AttemptKey key,
                            ParseFenced(request->attempt(), request->fence()));
    KOZMIC_ASSIGN_OR_RETURN(const GrantedLease lease, store_.GetLive(request->session(), key));
    KOZMIC_ASSIGN_OR_RETURN(*response, options_.checkout(lease, request->refused()));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* RunnerServiceRpc::FinishJob(grpc::CallbackServerContext* context,
                                                      const FinishJobRequest* request,
                                                      runner::v1::FinishJobResponse*) {
  return unary_.Run(context, "FinishJob", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(OnlyRunners(caller));
    KOZMIC_RETURN_IF_ERROR(Validate(*request));
    return Finish(*request);
  });
}

absl::Status RunnerServiceRpc::Finish(const FinishJobRequest& request) {
  KOZMIC_ASSIGN_OR_RETURN(const AttemptKey key, ParseFenced(request.attempt(), request.fence()));
  // Only the holder of a live fence seals. A repeated FinishJob finds its fence stale and the log
  // sealed: then the store decides whether it says the same as the first.
  const absl::Status live = checks_.Run({request.session(), key});
  if (!live.ok() && Reason(live) != "stale_fence") return live;
  SealedLog log = {request.log_size(), request.log_sha256()};
  bool differs = false;
  if (live.ok()) {
    absl::StatusOr<SealedLog> sealed = options_.seal(key.LogName(), log);
    differs = Reason(sealed.status()) == "log_differs";
    if (differs) {
      Log(Severity::kError, "a stored log is not what its runner sent",
          {{"log", key.LogName()}, {"error", sealed.status()}});
      sealed = options_.seal(key.LogName(), {request.log_size(), ""});
    }
    KOZMIC_ASSIGN_OR_RETURN(log, std::move(sealed));
  }
  AttemptEnd end;
  end.state = JobStateOf(request.outcome(), request.exit_code());
  if (request.outcome() == FinishJobRequest::OUTCOME_EXITED) {
    end.exit_code = request.exit_code();
    end.reason = request.reason().empty() ? ExitReason(request.exit_code()) : request.reason();
  } else {
    end.reason = request.reason();
  }
  if (differs) {
    end.state = v1::STATE_ERROR;
    end.exit_code.reset();
    end.reason = kLogDiffers;
  }
  end.log_size = log.size;
  end.log_sha256 = log.sha256;
  const v1::State state = end.state;
  KOZMIC_RETURN_IF_ERROR(finishes_.Run({request.session(), key, std::move(end)}));
  Log(Severity::kInfo, "job finished",
      {{"attempt", request.attempt()}, {"state", v1::State_Name(state)}});
  return absl::OkStatus();
}

}  // namespace kozmic::build
