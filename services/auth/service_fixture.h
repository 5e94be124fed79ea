#ifndef KOZMIC_SERVICES_AUTH_SERVICE_FIXTURE_H_
#define KOZMIC_SERVICES_AUTH_SERVICE_FIXTURE_H_

#include <memory>
#include <string>

#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "kozmic/auth/v1/auth.grpc.pb.h"
#include "lib/base/executor.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "lib/rpc/service_token.h"
#include "lib/testing/http_server.h"
#include "lib/testing/postgres.h"
#include "services/auth/auth_service.h"
#include "services/auth/postgres_access_token_store.h"
#include "services/auth/postgres_auth_store.h"
#include "services/auth/postgres_github_token_store.h"
#include "services/auth/scopes.h"
#include "services/auth/session_authenticator.h"

namespace kozmic::auth {

// A GitHub in the test's hands: whoever comes with the code "good" is the user that it was told of.
class FakeGithub {
 public:
  struct Answer {
    int64_t id = 5;
    std::string login = "ann";
    std::string name = "Ann";
    std::string token = "gho_secret";
    std::string scopes = "repo, read:org";
    // Of the exchange of a code.
    int status = 200;
  };

  FakeGithub();

  std::string url() const { return server_.url(); }
  void Set(const Answer& answer);
  // PKCE's secret, as the last exchange showed it.
  std::string verifier() const;

 private:
  mutable absl::Mutex mutex_;
  Answer answer_ ABSL_GUARDED_BY(mutex_);
  std::string verifier_ ABSL_GUARDED_BY(mutex_);
  TestHttpServer server_;
};

// AuthService over gRPC, with PostgreSQL and FakeGithub. The clock stands at Unix time 1700000000.
class ServiceFixture : public ::testing::Test {
 protected:
  using Stub = v1::AuthService::Stub;

  template <typename Request, typename Response>
  absl::StatusOr<Response> Ask(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               const Request& request, const std::string& bearer) {
    return Call(*stub_, method, request, bearer, absl::Seconds(10));
  }

  // The credential of a service.
  static std::string Service(const std::string& name);

  v1::BeginLoginResponse Begin(const std::string& return_path = "/projects/");
  absl::StatusOr<v1::CompleteLoginResponse> Complete(const v1::CompleteLoginRequest& request);
  absl::StatusOr<v1::CompleteLoginResponse> Complete(const std::string& state,
                                                     const std::string& code = "good");
  // A whole sign-in of the user with this GitHub id, which must succeed.
  v1::CompleteLoginResponse SignIn(int64_t github_id = 5, const std::string& user_agent = "");
  absl::StatusOr<v1::AuthenticateResponse> Authenticate(const std::string& credential);
  // An access token of the session's user, which must be made.
  v1::CreateAccessTokenResponse MakeToken(const v1::CompleteLoginResponse& session,
                                          const std::string& name = "script",
                                          int lifetime_days = 0);

  FakeGithub github_;
  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  SystemRandom random_;
  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("auth"), .size = 4}};
  PostgresAuthStore store_{pool_};
  PostgresAccessTokenStore access_token_store_{pool_};
  PostgresGithubTokenStore github_token_store_{pool_};
  SealedBox login_box_{kSecretKey, "login", random_};
  SealedBox token_box_{kSecretKey, "github_token", random_};
  Logins logins_{login_box_, clock_, random_};
  github::OauthApp oauth_{{.http = {.base_url = github_.url()},
                           .client_id = "id",
                           .client_secret = "hush",
                           .redirect_uri = "http://k/_auth/auth-callback/",
                           .scope = kNeededScopes},
                          clock_};
  github::Api api_{{.base_url = github_.url() + "/api/v3"}, clock_};
  Sessions sessions_{store_, clock_, random_};
  AccessTokens access_tokens_{access_token_store_, clock_, random_};
  Credentials credentials_{sessions_, access_tokens_};
  GithubTokens github_tokens_{github_token_store_, token_box_};
  Accounts accounts_{{.store = store_,
                      .logins = logins_,
                      .sessions = sessions_,
                      .github_tokens = github_tokens_,
                      .oauth = oauth_,
                      .github = api_,
                      .clock = clock_}};
  Admins admins_{{"Root"}};
  SessionAuthenticator users_{credentials_, admins_};
  ServiceTokenAuthenticator authenticator_{kServiceKey, &users_};
  Executor executor_{4, 64};
  UnaryRunner unary_{executor_, authenticator_};
  AuthService service_{{.accounts = accounts_,
                        .sessions = sessions_,
                        .access_tokens = access_tokens_,
                        .credentials = credentials_,
                        .github_tokens = github_tokens_,
                        .admins = admins_},
                       unary_};
  std::unique_ptr<RpcServer> server_ = *RpcServer::Start("127.0.0.1:0", {&service_});
  std::unique_ptr<Stub> stub_ = v1::AuthService::NewStub(MakeChannel(server_->address()));

 private:
  static constexpr char kServiceKey[] = "a service key that is long enough to be one";
  static constexpr char kSecretKey[] = "a secret key that is long enough to be one!";
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_SERVICE_FIXTURE_H_
