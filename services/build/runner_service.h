#ifndef KOZMIC_SERVICES_BUILD_RUNNER_SERVICE_H_
#define KOZMIC_SERVICES_BUILD_RUNNER_SERVICE_H_

#include <functional>
#include <string>

#include "absl/time/time.h"
#include "kozmic/runner/v1/runner.grpc.pb.h"
#include "lib/base/batcher.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/rpc/unary.h"
#include "services/build/attempt_key.h"
#include "services/build/install_store.h"
#include "services/build/lease_dispatcher.h"
#include "services/build/lease_store.h"
#include "services/build/lease_sweeper.h"
#include "services/build/registration/registration_store.h"
#include "services/build/session_hub.h"

namespace kozmic::build {

// UNAUTHENTICATED, PERMISSION_DENIED.
absl::Status OnlyRunners(const Caller& caller);
// The attempt that a runner names. INVALID_ARGUMENT when the fence is not that attempt's.
absl::StatusOr<AttemptKey> ParseFenced(absl::string_view attempt, int64_t fence);

// The rpc face towards runners. See runner.proto. Owns nothing but its options. `own` runs what
// needs this service's database alone: a lease is renewed even while other services hang; `unary`
// runs what also asks those.
class RunnerServiceRpc final : public runner::v1::RunnerService::CallbackService {
 public:
  struct Options {
    // Where browsers reach this installation; jobs are told their build's page.
    std::string public_url;
    std::string service_key;
    absl::Duration lease_time = absl::Seconds(60);
    absl::Duration renew_interval = absl::Seconds(10);
    // Seals a log as its runner has it (`sha256` may be ""); FAILED_PRECONDITION log_incomplete
    // when it has fewer bytes, DATA_LOSS log_differs when it has others.
    std::function<absl::StatusOr<SealedLog>(const std::string& log, const SealedLog& as)> seal;
    // What is needed to fetch the lease's commit, and the secrets of its project. `refused`: what
    // was issued before was of no use.
    std::function<absl::StatusOr<runner::v1::IssueCheckoutResponse>(const GrantedLease& lease,
                                                                    bool refused)>
        checkout;
  };

  RunnerServiceRpc(const UnaryRunner& own, const UnaryRunner& unary, LeaseStore& store,
                   RegistrationStore& registrations, InstallStore& installs,
                   LeaseDispatcher& dispatcher, SessionHub& sessions, const Clock& clock,
                   Random& random, Options options);

  grpc::ServerUnaryReactor* RegisterRunner(grpc::CallbackServerContext* context,
                                           const runner::v1::RegisterRunnerRequest* request,
                                           runner::v1::RegisterRunnerResponse* response) override;
  grpc::ServerUnaryReactor* RotateCredential(
      grpc::CallbackServerContext* context, const runner::v1::RotateCredentialRequest* request,
      runner::v1::RotateCredentialResponse* response) override;

  grpc::ServerUnaryReactor* OpenSession(grpc::CallbackServerContext* context,
                                        const runner::v1::OpenSessionRequest* request,
                                        runner::v1::OpenSessionResponse* response) override;
  grpc::ServerUnaryReactor* LeaseJob(grpc::CallbackServerContext* context,
                                     const runner::v1::LeaseJobRequest* request,
                                     runner::v1::LeaseJobResponse* response) override;
  grpc::ServerUnaryReactor* RenewLeases(grpc::CallbackServerContext* context,
                                        const runner::v1::RenewLeasesRequest* request,
                                        runner::v1::RenewLeasesResponse* response) override;
  SessionHub::Reactor* WatchSession(grpc::CallbackServerContext* context,
                                    const runner::v1::WatchSessionRequest* request) override;
  grpc::ServerUnaryReactor* IssueCheckout(grpc::CallbackServerContext* context,
                                          const runner::v1::IssueCheckoutRequest* request,
                                          runner::v1::IssueCheckoutResponse* response) override;
  grpc::ServerUnaryReactor* FinishJob(grpc::CallbackServerContext* context,
                                      const runner::v1::FinishJobRequest* request,
                                      runner::v1::FinishJobResponse* response) override;
  // In install_rpcs.cc:
  grpc::ServerUnaryReactor* ClaimInstall(grpc::CallbackServerContext* context,
                                         const runner::v1::ClaimInstallRequest* request,
                                         runner::v1::ClaimInstallResponse* response) override;
  grpc::ServerUnaryReactor* RenewInstalls(grpc::CallbackServerContext* context,
                                          const runner::v1::RenewInstallsRequest* request,
                                          runner::v1::RenewInstallsResponse* response) override;
  grpc::ServerUnaryReactor* FinishInstall(grpc::CallbackServerContext* context,
                                          const runner::v1::FinishInstallRequest* request,
                                          runner::v1::FinishInstallResponse* response) override;
  grpc::ServerUnaryReactor* TidyInstalls(grpc::CallbackServerContext* context,
                                         const runner::v1::TidyInstallsRequest* request,
                                         runner::v1::TidyInstallsResponse* response) override;

 private:
  class LeaseCall;

  void FillLease(const GrantedLease& granted, runner::v1::Lease& lease) const;
  absl::Status Finish(const runner::v1::FinishJobRequest& request);

  const UnaryRunner& own_;
  const UnaryRunner& unary_;
  LeaseStore& store_;
  RegistrationStore& registrations_;
  InstallStore& installs_;
  LeaseDispatcher& dispatcher_;
  SessionHub& sessions_;
  const Clock& clock_;
  Random& random_;
  const Options options_;
  // Attempts that end at the same time are looked up in one statement and end in one transaction.
  Batcher<LeaseStore::Holding, absl::Status> checks_;
  Batcher<LeaseStore::Finished, absl::Status> finishes_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_RUNNER_SERVICE_H_
