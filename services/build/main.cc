// The build service: orchestration of builds, and the queue that runners lease jobs from.

#include "absl/strings/numbers.h"
#include "lib/base/clock.h"
#include "lib/base/executor.h"
#include "lib/base/random.h"
#include "lib/base/worker.h"
#include "lib/postgres/listener.h"
#include "lib/postgres/pool.h"
#include "lib/process/process.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "lib/rpc/service_token.h"
#include "lib/rpc/unary.h"
#include "lib/status/macros.h"
#include "services/auth/client/remote_authenticator.h"
#include "services/build/admin/admin_service.h"
#include "services/build/admin/admin_store.h"
#include "services/build/build_service.h"
#include "services/build/channels.h"
#include "services/build/collaborators.h"
#include "services/build/config.h"
#include "services/build/lease_dispatcher.h"
#include "services/build/lease_sweeper.h"
#include "services/build/metrics/build_gauges.h"
#include "services/build/notify/notices.h"
#include "services/build/notify/notifications.h"
#include "services/build/permission_checker.h"
#include "services/build/postgres_build_store.h"
#include "services/build/postgres_control_store.h"
#include "services/build/postgres_deletion_store.h"
#include "services/build/postgres_install_store.h"
#include "services/build/postgres_lease_store.h"
#include "services/build/postgres_status_outbox.h"
#include "services/build/project_deleter.h"
#include "services/build/registration/registration_store.h"
#include "services/build/registration/runner_authenticator.h"
#include "services/build/retention/log_expirer.h"
#include "services/build/retention/retention_store.h"
#include "services/build/runner_service.h"
#include "services/build/session_hub.h"
#include "services/build/status_reporter.h"
#include "services/build/watch_hub.h"

namespace kozmic::build {
namespace {

// For calls that need the database alone, and for those that wait for other services too. Those
// that come together do their work together.
constexpr size_t kOwnThreads = 16;
constexpr size_t kThreads = 32;
constexpr size_t kQueuedCalls = 4096;
// Statuses that are told at the same time.
constexpr size_t kReporters = 4;
// Fewer than threads: those that create builds share one, as do those that end jobs, and some wait
// for other services. The workers have theirs: dispatcher, reporter, sweeper, notifications.
constexpr size_t kConnections = 16 + 3 + Notifications::kThreads;
constexpr absl::Duration kLeaseTime = absl::Seconds(60);
// Twice the renew interval: after a start every living runner has renewed by then.
constexpr absl::Duration kSweepGrace = absl::Seconds(20);
constexpr absl::Duration kDrainTime = absl::Seconds(5);

absl::Status Serve(ConfigReader& reader) {
  ReadLogLevel(reader, "build");
  KOZMIC_ASSIGN_OR_RETURN(const BuildConfig config, ReadBuildConfig(reader));

  SystemClock clock;
  SystemRandom random;
  PostgresPool pool({.url = config.database_url, .size = kConnections, .plans_by_index = true});
  const std::unique_ptr<BuildStore> builds = NewPostgresBuildStore(pool, config.public_url);
  const std::unique_ptr<ControlStore> control = NewPostgresControlStore(pool, config.public_url);
  const std::unique_ptr<LeaseStore> leases =
      NewPostgresLeaseStore(pool, config.public_url, kLeaseTime);
  const std::unique_ptr<InstallStore> installs = NewPostgresInstallStore(pool, kLeaseTime);
  const std::unique_ptr<StatusOutbox> outbox = NewPostgresStatusOutbox(pool);
  const std::unique_ptr<DeletionStore> deletions = NewPostgresDeletionStore(pool);

  const auto project_channel = MakeChannel(config.project_address);
  const auto auth_channel = MakeChannel(config.auth_address);
  const Collaborators collaborators(auth_channel, project_channel,
                                    MakeChannel(config.logstream_address), config.service_key);
  PermissionChecker permissions(project_channel, clock);

  const auth::RemoteAuthenticator users(auth_channel, ServiceToken(config.service_key, "build"),
                                        clock);
  const ServiceTokenAuthenticator services(config.service_key, &users);
  const std::unique_ptr<RegistrationStore> registrations = NewPostgresRegistrationStore(pool);
  const RunnerAuthenticator authenticator(config.runner_token, *registrations, clock, services);

  Executor own_executor(kOwnThreads, kQueuedCalls);
  const UnaryRunner own(own_executor, authenticator);
  Executor executor(kThreads, kQueuedCalls);
  const UnaryRunner unary(executor, authenticator);
  WatchHub watches(*builds, executor);
  LeaseDispatcher dispatcher(*leases, clock);
  SessionHub sessions(own_executor);
  StatusReporter reporter(
      *outbox, [&](const StatusWish& wish) { return collaborators.ReportStatus(wish); }, random);
  LeaseSweeper sweeper(
      *leases, clock,
      [&](const std::string& log) { return collaborators.SealLog(log, std::nullopt); },
      kSweepGrace);
  Notifications notifications(
      pool, config.notifications, config.public_url,
      [&](int64_t project) { return collaborators.ListRecipients(project); }, clock, random);
  KOZMIC_RETURN_IF_ERROR(notifications.hooks().Reseal().status());
  notifications.Start();
  StatusReporters reporting(reporter, kReporters);
  const Worker sweeping([&] { return sweeper.Sweep(); });
  const std::unique_ptr<RetentionStore> retention = NewPostgresRetentionStore(pool);
  LogExpirer expirer(*retention, [&](const std::vector<std::string>& logs) {
    return collaborators.ExpireLogs(logs);
  });
  const Worker expiring([&] { return expirer.Step(); });
  const PostgresListener listener(
      config.database_url,
      {kJobsChannel, kChangesChannel, kStatusesChannel, kSessionsChannel, kNoticesChannel},
      [&](absl::string_view channel, absl::string_view payload) {
        if (channel == kJobsChannel) dispatcher.Wake();
        if (channel == kStatusesChannel) reporting.Wake();
        if (channel == kNoticesChannel) notifications.Wake();
        if (channel == kSessionsChannel) sessions.Tell(payload);
        if (channel == kChangesChannel) {
          int64_t project = 0;
          if (!payload.empty() && !absl::SimpleAtoi(payload, &project)) return;
          watches.Changed(project);
        }
      });

  const ProjectDeleter deleter(*deletions, clock,
                               [&](int64_t project) { return collaborators.RemoveLogs(project); });
  const SettingsHistory history(pool);
  BuildServiceRpc build_service(
      own, unary,
      {.store = *builds,
       .control = *control,
       .permissions = permissions,
       .watches = watches,
       .deleter = deleter,
       .notification_hooks = notifications.hooks(),
       .history = history,
       .hook_spec = [&](const std::string& hook) { return collaborators.GetHookSpec(hook); },
       .login_of = [&](const Caller& caller) { return collaborators.LoginOf(caller); },
       .public_url = config.public_url});
  RunnerServiceRpc runner_service(
      own, unary, *leases, *registrations, *installs, dispatcher, sessions, clock, random,
      {.public_url = config.public_url,
       .service_key = config.service_key,
       .lease_time = kLeaseTime,
       .seal = [&](const std::string& log,
                   const SealedLog& as) { return collaborators.SealLog(log, as); },
       .checkout = [&](const GrantedLease& lease,
                       bool refused) { return collaborators.IssueCheckout(lease, refused); }});

  const std::unique_ptr<LookedUpGauges> gauges = NewBuildGauges(pool);
  const std::unique_ptr<AdminStore> administration = NewPostgresAdminStore(pool);
  AdminServiceRpc admin_service(
      unary, {.store = *administration,
              .registrations = *registrations,
              .random = random,
              .login_of = [&](const Caller& caller) { return collaborators.LoginOf(caller); }});

  KOZMIC_ASSIGN_OR_RETURN(
      const std::unique_ptr<RpcServer> server,
      RpcServer::Start(config.listen, {&build_service, &runner_service, &admin_service}));
  WaitForTermination();
  // Who waits is sent to another replica, or to this one after its restart.
  watches.Drain();
  sessions.Drain();
  dispatcher.Drain();
  server->Stop(kDrainTime);
  return absl::OkStatus();
}

}  // namespace
}  // namespace kozmic::build

int main(int argc, char** argv) {
  return kozmic::RunProcess(argc, argv, "build", kozmic::build::Serve);
}
