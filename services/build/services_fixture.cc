#include "services/build/services_fixture.h"

#include "lib/rpc/resource_name.h"
#include "lib/rpc/result_status.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "lib/testing/postgres.h"
#include "services/build/channels.h"
#include "services/build/postgres_build_store.h"
#include "services/build/postgres_control_store.h"
#include "services/build/postgres_deletion_store.h"
#include "services/build/postgres_install_store.h"
#include "services/build/postgres_lease_store.h"

namespace kozmic::build {

using runner::v1::FinishJobRequest;
using runner::v1::RunnerService;
using v1::BuildService;

ServicesFixture::ServicesFixture()
    : checkout_([](const GrantedLease& lease, bool) {
        runner::v1::IssueCheckoutResponse checkout;
        checkout.set_clone_url("http://github.test/" + lease.repository + ".git");
        return checkout;
      }),
      url_(SharedTestPostgres().CreateDatabase("build")),
      builds_(NewPostgresBuildStore(pool_, "http://kozmic.test")),
      leases_(NewPostgresLeaseStore(pool_, "http://kozmic.test", absl::Seconds(60))),
      installs_(NewPostgresInstallStore(pool_, absl::Seconds(60))),
      control_(NewPostgresControlStore(pool_, "http://kozmic.test")),
      deletions_(NewPostgresDeletionStore(pool_)),
      listener_(url_, {kJobsChannel, kChangesChannel, kSessionsChannel},
                [this](absl::string_view channel, absl::string_view payload) {
                  if (channel == kSessionsChannel) sessions_.Tell(payload);
                  if (channel == kJobsChannel) dispatcher_.Wake();
                  if (channel == kChangesChannel) watches_.Changed(0);
                }),
      deleter_(*deletions_, clock_, [this](int64_t project) { return RemoveLogs(project); }),
      // They are not started: nothing is sent.
      notifications_(pool_, {.secret_keys = {.current = kServiceKey}}, "http://kozmic.test",
                     nullptr, clock_, random_),
      build_service_(own_, unary_,
                     {.store = *builds_,
                      .control = *control_,
                      .permissions = permissions_,
                      .watches = watches_,
                      .deleter = deleter_,
                      .notification_hooks = notifications_.hooks(),
                      .history = history_,
                      .hook_spec = [this](const std::string& hook) { return HookSpec(hook); },
                      .login_of = [](const Caller& caller) { return caller.name; },
                      .public_url = "http://kozmic.test"}),
      runner_service_(
          own_, unary_, *leases_, *registrations_, *installs_, dispatcher_, sessions_, clock_,
          random_,
          {.public_url = "http://kozmic.test",
           .service_key = kServiceKey,
           .seal = [this](const std::string& log, const SealedLog& as) { return Seal(log, as); },
           .checkout = [this](const GrantedLease& lease,
                              bool refused) { return checkout_(lease, refused); }}),
      server_(*RpcServer::Start("127.0.0.1:0", {&build_service_, &runner_service_})) {}

v1::CreateBuildRequest ServicesFixture::Request(const std::string& id) {
  v1::CreateBuildRequest request;
  request.set_parent("projects/1");
  request.set_request_id(id);
  request.set_repository("octo/hello");
  request.set_ref("refs/heads/feature/x");
  request.set_commit(std::string(40, 'a'));
  v1::JobSpec& job = *request.add_jobs();
  job.set_title("Test");
  job.set_image("debian:12");
  job.set_script("#!/bin/sh\n");
  return request;
}

absl::StatusOr<v1::Build> ServicesFixture::Create(const v1::CreateBuildRequest& request,
                                                  const std::string& as) {
  v1::BatchCreateBuildsRequest batch;
  *batch.add_requests() = request;
  KOZMIC_ASSIGN_OR_RETURN(const v1::BatchCreateBuildsResponse response,
                          Call(*builds_stub_, &BuildService::Stub::BatchCreateBuilds, batch,
                               ServiceToken(kServiceKey, as), kTimeout));
  KOZMIC_RETURN_IF_ERROR(ResultStatus(response.results(0)));
  int64_t project = 0;
  KOZMIC_RETURN_IF_ERROR(ParseName("projects/{project}", request.parent(), {&project}));
  return builds_->Get(project, response.results(0).number());
}

std::string ServicesFixture::OpenSession(const std::string& runner) {
  runner::v1::OpenSessionRequest request;
  request.set_runner(runner);
  request.set_slots(1);
  auto response =
      Call(*runners_stub_, &RunnerService::Stub::OpenSession, request, kRunnerToken, kTimeout);
  EXPECT_TRUE(response.ok()) << response.status();
  return response->session();
}

absl::StatusOr<runner::v1::LeaseJobResponse> ServicesFixture::Lease(const std::string& session,
                                                                    const std::string& id,
                                                                    absl::Duration timeout) {
  runner::v1::LeaseJobRequest request;
  request.set_session(session);
  request.set_request_id(id);
  return Call(*runners_stub_, &RunnerService::Stub::LeaseJob, request, kRunnerToken, timeout);
}

absl::StatusOr<runner::v1::RenewLeasesResponse> ServicesFixture::Renew(
    const std::string& session, const runner::v1::Lease& lease, runner::v1::Phase phase) {
  runner::v1::RenewLeasesRequest request;
  request.set_session(session);
  auto& renewal = *request.add_renewals();
  renewal.set_attempt(lease.attempt());
  renewal.set_fence(lease.fence());
  renewal.set_phase(phase);
  return Call(*runners_stub_, &RunnerService::Stub::RenewLeases, request, kRunnerToken, kTimeout);
}

absl::StatusOr<runner::v1::IssueCheckoutResponse> ServicesFixture::IssueCheckout(
    const std::string& session, const runner::v1::Lease& lease, bool refused) {
  runner::v1::IssueCheckoutRequest request;
  request.set_session(session);
  request.set_attempt(lease.attempt());
  request.set_fence(lease.fence());
  request.set_refused(refused);
  return Call(*runners_stub_, &RunnerService::Stub::IssueCheckout, request, kRunnerToken, kTimeout);
}

absl::Status ServicesFixture::FinishJob(const std::string& session, const runner::v1::Lease& lease,
                                        int exit_code, int64_t log_size,
                                        const std::string& log_sha256) {
  FinishJobRequest request;
  request.set_session(session);
  request.set_attempt(lease.attempt());
  request.set_fence(lease.fence());
  request.set_outcome(FinishJobRequest::OUTCOME_EXITED);
  request.set_exit_code(exit_code);
  request.set_log_size(log_size);
  request.set_log_sha256(log_sha256);
  return Call(*runners_stub_, &RunnerService::Stub::FinishJob, request, kRunnerToken, kTimeout)
      .status();
}

absl::StatusOr<SealedLog> ServicesFixture::Seal(const std::string& log, const SealedLog& as) {
  absl::MutexLock lock(&mutex_);
  if (as.size > acknowledged_) {
    return WithReason(absl::FailedPreconditionError("fewer bytes"), "log_incomplete");
  }
  if (!as.sha256.empty() && as.sha256 != kLogDigest) {
    return WithReason(absl::DataLossError("other bytes"), "log_differs");
  }
  seals_.push_back(log);
  return SealedLog{as.size, kLogDigest};
}

absl::StatusOr<v1::JobSpec> ServicesFixture::HookSpec(const std::string& hook) {
  absl::MutexLock lock(&mutex_);
  const auto found = hooks_.find(hook);
  if (found != hooks_.end()) return found->second;
  return WithReason(absl::FailedPreconditionError("the hook was removed"), "hook_gone");
}

absl::StatusOr<bool> ServicesFixture::RemoveLogs(int64_t project) {
  absl::MutexLock lock(&mutex_);
  logs_removed_of_.push_back(project);
  return logs_left_-- <= 0;
}

}  // namespace kozmic::build
