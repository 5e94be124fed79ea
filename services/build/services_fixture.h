#ifndef KOZMIC_SERVICES_BUILD_SERVICES_FIXTURE_H_
#define KOZMIC_SERVICES_BUILD_SERVICES_FIXTURE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "kozmic/build/v1/build.grpc.pb.h"
#include "kozmic/runner/v1/runner.grpc.pb.h"
#include "lib/base/clock.h"
#include "lib/base/executor.h"
#include "lib/base/random.h"
#include "lib/postgres/listener.h"
#include "lib/postgres/pool.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "lib/rpc/service_token.h"
#include "lib/rpc/unary.h"
#include "services/build/build_service.h"
#include "services/build/notify/notifications.h"
#include "services/build/registration/registration_store.h"
#include "services/build/registration/runner_authenticator.h"
#include "services/build/runner_service.h"

namespace kozmic::build {

// The whole service on a real database and real sockets; the other services are functions.
class ServicesFixture : public ::testing::Test {
 protected:
  static constexpr char kServiceKey[] = "the service key of the installation under test";
  static constexpr char kRunnerToken[] = "the runner token of the installation under test";
  static constexpr absl::Duration kTimeout = absl::Seconds(20);

  ServicesFixture();

  // A build of one job in project 1.
  static v1::CreateBuildRequest Request(const std::string& id);
  absl::StatusOr<v1::Build> Create(const v1::CreateBuildRequest& request,
                                   const std::string& as = "project");

  // As runners call. A session that was opened.
  std::string OpenSession(const std::string& runner);
  absl::StatusOr<runner::v1::LeaseJobResponse> Lease(const std::string& session,
                                                     const std::string& id,
                                                     absl::Duration timeout = kTimeout);
  absl::StatusOr<runner::v1::RenewLeasesResponse> Renew(const std::string& session,
                                                        const runner::v1::Lease& lease,
                                                        runner::v1::Phase phase);
  absl::StatusOr<runner::v1::IssueCheckoutResponse> IssueCheckout(const std::string& session,
                                                                  const runner::v1::Lease& lease,
                                                                  bool refused = false);
  absl::Status FinishJob(const std::string& session, const runner::v1::Lease& lease, int exit_code,
                         int64_t log_size, const std::string& log_sha256 = "");

  // What the fake logs' bytes have.
  const std::string kLogDigest = std::string(64, 'd');
  absl::StatusOr<SealedLog> Seal(const std::string& log, const SealedLog& as);
  absl::StatusOr<v1::JobSpec> HookSpec(const std::string& hook);
  absl::StatusOr<bool> RemoveLogs(int64_t project);

  absl::Mutex mutex_;
  int64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 100;
  std::vector<std::string> seals_ ABSL_GUARDED_BY(mutex_);
  // Calls of RemoveLogs that still find something.
  int logs_left_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<int64_t> logs_removed_of_ ABSL_GUARDED_BY(mutex_);
  // What hooks say now, by name; another one is gone.
  std::map<std::string, v1::JobSpec> hooks_ ABSL_GUARDED_BY(mutex_);
  // Answers IssueCheckout; set before a runner asks.
  decltype(RunnerServiceRpc::Options::checkout) checkout_;

  const std::string url_;
  SystemClock clock_;
  SystemRandom random_;
  PostgresPool pool_{{.url = url_, .plans_by_index = true}};
  const std::unique_ptr<BuildStore> builds_;
  const std::unique_ptr<LeaseStore> leases_;
  const std::unique_ptr<InstallStore> installs_;
  const std::unique_ptr<ControlStore> control_;
  const std::unique_ptr<DeletionStore> deletions_;
  PermissionChecker permissions_{MakeChannel("127.0.0.1:1"), clock_};
  ServiceTokenAuthenticator services_{kServiceKey, nullptr};
  const std::unique_ptr<RegistrationStore> registrations_ = NewPostgresRegistrationStore(pool_);
  RunnerAuthenticator authenticator_{kRunnerToken, *registrations_, clock_, services_};
  Executor executor_{4, 100};
  UnaryRunner unary_{executor_, authenticator_};
  Executor own_executor_{2, 100};
  UnaryRunner own_{own_executor_, authenticator_};
  WatchHub watches_{*builds_, executor_};
  LeaseDispatcher dispatcher_{*leases_, clock_};
  SessionHub sessions_{own_executor_};
  PostgresListener listener_;
  ProjectDeleter deleter_;
  Notifications notifications_;
  const SettingsHistory history_{pool_};
  BuildServiceRpc build_service_;
  RunnerServiceRpc runner_service_;
  const std::unique_ptr<RpcServer> server_;
  const std::shared_ptr<grpc::Channel> channel_ = MakeChannel(server_->address());
  const std::unique_ptr<v1::BuildService::Stub> builds_stub_ = v1::BuildService::NewStub(channel_);
  const std::unique_ptr<runner::v1::RunnerService::Stub> runners_stub_ =
      runner::v1::RunnerService::NewStub(channel_);
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_SERVICES_FIXTURE_H_
