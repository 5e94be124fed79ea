// Says who people are: sign-in with GitHub, sessions, access tokens, GitHub tokens.

#include "lib/base/clock.h"
#include "lib/base/executor.h"
#include "lib/base/random.h"
#include "lib/crypto/sealed_box.h"
#include "lib/github/api.h"
#include "lib/github/oauth.h"
#include "lib/postgres/pool.h"
#include "lib/process/process.h"
#include "lib/rpc/server.h"
#include "lib/rpc/service_token.h"
#include "lib/rpc/unary.h"
#include "lib/status/macros.h"
#include "services/auth/accounts.h"
#include "services/auth/admin/user_admin_service.h"
#include "services/auth/auth_service.h"
#include "services/auth/config.h"
#include "services/auth/login.h"
#include "services/auth/postgres_access_token_store.h"
#include "services/auth/postgres_auth_store.h"
#include "services/auth/postgres_github_token_store.h"
#include "services/auth/resealer.h"
#include "services/auth/scopes.h"
#include "services/auth/session_authenticator.h"

namespace kozmic::auth {
namespace {

constexpr size_t kThreads = 16;
constexpr size_t kQueue = 256;
constexpr absl::Duration kGrace = absl::Seconds(5);

absl::Status Serve(ConfigReader& reader) {
  KOZMIC_ASSIGN_OR_RETURN(const Config config, ReadConfig(reader));
  const SystemClock clock;
  SystemRandom random;
  PostgresPool pool({.url = config.database_url});
  PostgresAuthStore store(pool);
  PostgresAccessTokenStore access_token_store(pool);
  PostgresGithubTokenStore github_token_store(pool);
  const SecretKeys keys = {.current = config.secret_key, .previous = config.previous_secret_keys};
  const SealedBox login_box(keys, "login", random);
  const SealedBox token_box(keys, "github_token", random);
  KOZMIC_RETURN_IF_ERROR(Resealer(github_token_store, token_box).Run().status());
  const Logins logins(login_box, clock, random);
  const github::OauthApp oauth({.http = {.base_url = config.github_web_url},
                                .client_id = config.github_client_id,
                                .client_secret = config.github_client_secret,
                                .redirect_uri = config.public_url + "/_auth/auth-callback/",
                                .scope = kNeededScopes},
                               clock);
  const github::Api github({.base_url = config.github_api_url}, clock);
  const Sessions sessions(store, clock, random);
  const AccessTokens access_tokens(access_token_store, clock, random);
  const Credentials credentials(sessions, access_tokens);
  const GithubTokens github_tokens(github_token_store, token_box);
  const Accounts accounts({.store = store,
                           .logins = logins,
                           .sessions = sessions,
                           .github_tokens = github_tokens,
                           .oauth = oauth,
                           .github = github,
                           .clock = clock});
  const Admins admins(config.admins);
  const SessionAuthenticator users(credentials, admins);
  const ServiceTokenAuthenticator authenticator(config.service_key, &users);
  Executor executor(kThreads, kQueue);
  const UnaryRunner unary(executor, authenticator);
  AuthService service({.accounts = accounts,
                       .sessions = sessions,
                       .access_tokens = access_tokens,
                       .credentials = credentials,
                       .github_tokens = github_tokens,
                       .admins = admins},
                      unary);
  const std::unique_ptr<UserAdminStore> user_admin_store = NewPostgresUserAdminStore(pool);
  UserAdminService admin_service(unary, *user_admin_store, admins, clock);
  KOZMIC_ASSIGN_OR_RETURN(const std::unique_ptr<RpcServer> server,
                          RpcServer::Start(config.listen, {&service, &admin_service}));
  WaitForTermination();
  server->Stop(kGrace);
  return absl::OkStatus();
}

}  // namespace
}  // namespace kozmic::auth

int main(int argc, char** argv) {
  return kozmic::RunProcess(argc, argv, "auth", kozmic::auth::Serve);
}
