// Says what people may do: projects, members, hooks; takes GitHub's webhooks; acts at GitHub.

#include "lib/base/clock.h"
#include "lib/base/executor.h"
#include "lib/base/random.h"
#include "lib/postgres/pool.h"
#include "lib/process/process.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "lib/rpc/service_token.h"
#include "lib/rpc/unary.h"
#include "lib/status/macros.h"
#include "services/auth/client/remote_authenticator.h"
#include "services/project/config.h"
#include "services/project/project_service.h"
#include "services/project/service_parts.h"
#include "services/project/webhooks/delivery_gauges.h"

namespace kozmic::project {
namespace {

constexpr size_t kThreads = 8;
constexpr size_t kQueue = 256;
// Who waits for a sync takes a thread along, and little else.
constexpr size_t kWaitingThreads = 32;
// For the threads that use the database without pause, and some for those that wait for GitHub.
constexpr size_t kConnections = 4 * kThreads + 8;
constexpr absl::Duration kGrace = absl::Seconds(5);

absl::Status Serve(ConfigReader& reader) {
  KOZMIC_ASSIGN_OR_RETURN(const Config config, ReadConfig(reader));
  const SystemClock clock;
  SystemRandom random;
  PostgresPool pool({.url = config.database_url, .size = kConnections});
  const std::string token = ServiceToken(config.service_key, "project");
  const auto auth_channel = MakeChannel(config.auth_address);
  ServiceParts parts(config,
                     {.member_sync = {.interval = config.member_sync_interval},
                      .user_sync = {.interval = config.user_sync_interval},
                      .reconciler = {.interval = config.reconcile_interval}},
                     pool, auth_channel, MakeChannel(config.build_address), token, clock, random);

  const auth::RemoteAuthenticator users(auth_channel, token, clock);
  const ServiceTokenAuthenticator authenticator(config.service_key, &users);
  Executor webhook_executor(kThreads, kQueue);
  Executor database_executor(kThreads, kQueue);
  Executor github_executor(kThreads, kQueue);
  Executor checkout_executor(kThreads, kQueue);
  Executor waiting_executor(kWaitingThreads, kQueue);
  const UnaryRunner webhook_runner(webhook_executor, authenticator);
  const UnaryRunner database_runner(database_executor, authenticator);
  const UnaryRunner github_runner(github_executor, authenticator);
  const UnaryRunner checkout_runner(checkout_executor, authenticator);
  const UnaryRunner waiting_runner(waiting_executor, authenticator);
  ProjectService service(parts.Face(), {.webhooks = webhook_runner,
                                        .database = database_runner,
                                        .github = github_runner,
                                        .checkouts = checkout_runner,
                                        .waiting = waiting_runner});
  KOZMIC_RETURN_IF_ERROR(parts.Reseal());
  parts.waits.Start(config.database_url);
  parts.Start();
  const std::unique_ptr<LookedUpGauges> gauges = NewDeliveryGauges(pool);
  KOZMIC_ASSIGN_OR_RETURN(const std::unique_ptr<RpcServer> server,
                          RpcServer::Start(config.listen, {&service}));
  WaitForTermination();
  server->Stop(kGrace);
  parts.Stop();
  return absl::OkStatus();
}

}  // namespace
}  // namespace kozmic::project

int main(int argc, char** argv) {
  return kozmic::RunProcess(argc, argv, "project", kozmic::project::Serve);
}
