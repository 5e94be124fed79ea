// Says what people may do: projects, members, hooks; takes GitHub's webhooks; acts at GitHub.

#include "lib/base/clock.h"
#include "lib/base/executor.h"
#include "lib/base/random.h"
#include "lib/crypto/sealed_box.h"
#include "lib/github/api.h"
#include "lib/postgres/pool.h"
#include "lib/process/process.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "lib/rpc/service_token.h"
#include "lib/rpc/unary.h"
#include "lib/status/macros.h"
#include "services/auth/client/remote_authenticator.h"
#include "services/project/config.h"
#include "services/project/dispatcher.h"
#include "services/project/hook_sweeper.h"
#include "services/project/postgres_delivery_store.h"
#include "services/project/postgres_project_store.h"
#include "services/project/project_service.h"
#include "services/project/projects.h"
#include "services/project/remote_build_creator.h"
#include "services/project/remote_token_source.h"
#include "services/project/webhook_inbox.h"

namespace kozmic::project {
namespace {

constexpr size_t kThreads = 8;
constexpr size_t kQueue = 256;
// Each may hold 25 MB.
constexpr size_t kWebhookQueue = 64;
// One for each thread that uses the database, the dispatcher's and the sweeper's.
constexpr size_t kConnections = 3 * kThreads + 2;
constexpr absl::Duration kGrace = absl::Seconds(5);

absl::Status Serve(ConfigReader& reader) {
  KOZMIC_ASSIGN_OR_RETURN(const Config config, ReadConfig(reader));
  const SystemClock clock;
  SystemRandom random;
  PostgresPool pool({.url = config.database_url, .size = kConnections});
  PostgresProjectStore project_store(pool);
  PostgresDeliveryStore delivery_store(pool);
  const SealedBox secret_box(config.secret_key, "hook_secret", random);
  const github::Api github({.base_url = config.github_api_url}, clock);

  const std::string token = ServiceToken(config.service_key, "project");
  const auto auth_channel = MakeChannel(config.auth_address);
  RemoteTokenSource tokens(auth_channel, token);
  RemoteBuildCreator builds(MakeChannel(config.build_address), token);
  Dispatcher dispatcher(delivery_store, project_store, builds, random, {});

  const WebhookInbox inbox(delivery_store, secret_box, [&] { dispatcher.Wake(); });
  const Projects projects({.store = project_store,
                           .tokens = tokens,
                           .github = github,
                           .secret_box = secret_box,
                           .random = random,
                           .public_url = config.public_url,
                           .github_web_url = config.github_web_url});

  HookSweeper sweeper(projects, {});

  const auth::RemoteAuthenticator users(auth_channel, token, clock);
  const ServiceTokenAuthenticator authenticator(config.service_key, &users);
  Executor webhook_executor(kThreads, kWebhookQueue);
  Executor database_executor(kThreads, kQueue);
  Executor github_executor(kThreads, kQueue);
  const UnaryRunner webhook_runner(webhook_executor, authenticator);
  const UnaryRunner database_runner(database_executor, authenticator);
  const UnaryRunner github_runner(github_executor, authenticator);
  ProjectService service(
      projects, inbox,
      {.webhooks = webhook_runner, .database = database_runner, .github = github_runner});
  KOZMIC_ASSIGN_OR_RETURN(const std::unique_ptr<RpcServer> server,
                          RpcServer::Start(config.listen, {&service}));
  WaitForTermination();
  server->Stop(kGrace);
  dispatcher.Stop();
  sweeper.Stop();
  return absl::OkStatus();
}

}  // namespace
}  // namespace kozmic::project

int main(int argc, char** argv) {
  return kozmic::RunProcess(argc, argv, "project", kozmic::project::Serve);
}
