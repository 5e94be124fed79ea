// AuthService over gRPC, with PostgreSQL and a GitHub in the test's hands.

#include "services/auth/auth_service.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/github/api.h"
#include "lib/github/oauth.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "lib/rpc/service_token.h"
#include "lib/testing/http_server.h"
#include "lib/testing/postgres.h"
#include "services/auth/login.h"
#include "services/auth/postgres_auth_store.h"

namespace kozmic::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kServiceKey[] = "a service key that is long enough to be one";
constexpr char kSecretKey[] = "a secret key that is long enough to be one!";
constexpr absl::Duration kTimeout = absl::Seconds(10);
constexpr char kAnn[] = R"({"id":5,"login":"ann","name":"Ann","avatar_url":"http://a/5"})";

class AuthServiceTest : public ::testing::Test {
 protected:
  AuthServiceTest() {
    github_.server().Post("/login/oauth/access_token",
                          [this](const httplib::Request& request, httplib::Response& answer) {
                            verifier_ = request.get_param_value("code_verifier");
                            answer.status = exchange_status_;
                            answer.set_content(request.get_param_value("code") == "good"
                                                   ? R"({"access_token":"gho_secret"})"
                                                   : R"({"error":"bad_verification_code"})",
                                               "application/json");
                          });
    github_.server().Get(
        "/api/v3/user", [this](const httplib::Request& request, httplib::Response& answer) {
          EXPECT_EQ(request.get_header_value("Authorization"), "Bearer gho_secret");
          answer.set_header("X-OAuth-Scopes", scopes_);
          answer.set_content(user_, "application/json");
        });
    github_.Start();
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Ask(grpc::Status (v1::AuthService::Stub::*method)(grpc::ClientContext*,
                                                                             const Request&,
                                                                             Response*),
                               const Request& request, const std::string& bearer) {
    return Call(*stub_, method, request, bearer, kTimeout);
  }

  std::string Token(const std::string& service) { return ServiceToken(kServiceKey, service); }

  v1::BeginLoginResponse Begin(const std::string& return_path = "/projects/") {
    v1::BeginLoginRequest request;
    request.set_return_path(return_path);
    return *Ask(&v1::AuthService::Stub::BeginLogin, request, Token("gateway"));
  }

  absl::StatusOr<v1::CompleteLoginResponse> Complete(const std::string& state,
                                                     const std::string& code = "good") {
    v1::CompleteLoginRequest request;
    request.set_state(state);
    request.set_code(code);
    return Ask(&v1::AuthService::Stub::CompleteLogin, request, Token("gateway"));
  }

  absl::StatusOr<v1::AuthenticateResponse> Authenticate(const std::string& credential) {
    v1::AuthenticateRequest request;
    request.set_credential(credential);
    return Ask(&v1::AuthService::Stub::Authenticate, request, Token("build"));
  }

  absl::StatusOr<v1::GetGithubTokenResponse> GithubToken(const std::string& user,
                                                         const std::string& bearer) {
    v1::GetGithubTokenRequest request;
    request.set_name(user);
    return Ask(&v1::AuthService::Stub::GetGithubToken, request, bearer);
  }

  std::string verifier_;
  std::string scopes_ = "repo";
  std::string user_ = kAnn;
  int exchange_status_ = 200;
  TestHttpServer github_;

  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  SystemRandom random_;
  PostgresPool pool_{{.url = SharedTestPostgres().CreateDatabase("auth"), .size = 4}};
  PostgresAuthStore store_{pool_};
  SealedBox login_box_{kSecretKey, "login", random_};
  SealedBox token_box_{kSecretKey, "github_token", random_};
  Logins logins_{login_box_, clock_, random_};
  github::OauthApp oauth_{{.http = {.base_url = github_.url()},
                           .client_id = "id",
                           .client_secret = "hush",
                           .redirect_uri = "http://k/_auth/auth-callback/",
                           .scope = "repo"},
                          clock_};
  github::Api api_{{.base_url = github_.url() + "/api/v3"}, clock_};
  Accounts accounts_{{.store = store_,
                      .logins = logins_,
                      .oauth = oauth_,
                      .github = api_,
                      .token_box = token_box_,
                      .clock = clock_,
                      .random = random_}};
  SessionAuthenticator sessions_{accounts_};
  ServiceTokenAuthenticator authenticator_{kServiceKey, &sessions_};
  Executor executor_{4, 64};
  UnaryRunner unary_{executor_, authenticator_};
  AuthService service_{accounts_, unary_};
  std::unique_ptr<RpcServer> server_ = *RpcServer::Start("127.0.0.1:0", {&service_});
  std::unique_ptr<v1::AuthService::Stub> stub_ =
      v1::AuthService::NewStub(MakeChannel(server_->address()));
};

TEST_F(AuthServiceTest, SignsAUserIn) {
  const v1::BeginLoginResponse begun = Begin();
  EXPECT_THAT(begun.authorize_url(), HasSubstr("&state=" + begun.state()));
  const auto completed = Complete(begun.state());
  ASSERT_TRUE(completed.ok()) << completed.status();
  EXPECT_EQ(completed->user().login(), "ann");
  EXPECT_EQ(completed->return_path(), "/projects/");
  EXPECT_EQ(completed->expire_time().seconds(), 1700000000 + 30 * 24 * 3600);

  std::string challenge;
  absl::WebSafeBase64Escape(Sha256(verifier_), &challenge);
  EXPECT_THAT(begun.authorize_url(), HasSubstr("code_challenge=" + challenge));

  const auto who = Authenticate(completed->session_token());
  ASSERT_TRUE(who.ok()) << who.status();
  EXPECT_EQ(who->user().name(), completed->user().name());
  EXPECT_EQ(who->cache_seconds(), 30);

  v1::GetUserRequest request;
  request.set_name(completed->user().name());
  EXPECT_EQ(
      Ask(&v1::AuthService::Stub::GetUser, request, completed->session_token())->display_name(),
      "Ann");
  request.set_name("users/999");
  EXPECT_EQ(
      Ask(&v1::AuthService::Stub::GetUser, request, completed->session_token()).status().code(),
      absl::StatusCode::kNotFound);
}

TEST_F(AuthServiceTest, AStateServesOnceHoweverSpelled) {
  const std::string state = Begin().state();
  ASSERT_TRUE(Complete(state).ok());
  EXPECT_EQ(Reason(Complete(state).status()), "login_expired");
  EXPECT_EQ(Reason(Complete(state + "=").status()), "login_expired");
}

TEST_F(AuthServiceTest, AnOldStateHasExpired) {
  const std::string state = Begin().state();
  clock_.Advance(absl::Minutes(10));
  const absl::Status status = Complete(state).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Reason(status), "login_expired");
}

TEST_F(AuthServiceTest, GithubsRefusalAndAbsenceAreTold) {
  const absl::Status refused = Complete(Begin().state(), "bad").status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Reason(refused), "github_refused");

  scopes_ = "read:user";
  EXPECT_THAT(Complete(Begin().state()).status().message(), HasSubstr("\"repo\""));

  scopes_ = "repo";
  exchange_status_ = 502;
  const absl::Status away = Complete(Begin().state()).status();
  EXPECT_EQ(away.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Reason(away), "github_unavailable");
}

TEST_F(AuthServiceTest, AnEndedSessionIsNoCredential) {
  const std::string token = Complete(Begin().state())->session_token();
  v1::DeleteSessionRequest request;
  request.set_session_token(token);
  EXPECT_EQ(Ask(&v1::AuthService::Stub::DeleteSession, request, token).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(Ask(&v1::AuthService::Stub::DeleteSession, request, Token("gateway")).ok());
  EXPECT_EQ(Authenticate(token).status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Authenticate("never was one").status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(AuthServiceTest, SessionsExpire) {
  const std::string token = Complete(Begin().state())->session_token();
  clock_.Advance(absl::Hours(30 * 24));
  EXPECT_EQ(Authenticate(token).status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(AuthServiceTest, GithubTokensGoToProjectServiceOnly) {
  const auto completed = *Complete(Begin().state());
  const std::string user = completed.user().name();
  EXPECT_EQ(GithubToken(user, Token("project"))->token(), "gho_secret");
  EXPECT_EQ(GithubToken(user, Token("gateway")).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(GithubToken(user, completed.session_token()).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(GithubToken(user, "").status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Reason(GithubToken("users/999", Token("project")).status()), "sign_in_needed");
}

TEST_F(AuthServiceTest, NoSecretLiesInTheDatabaseInTheClear) {
  const auto completed = *Complete(Begin().state());
  std::string dump;
  ASSERT_TRUE(pool_
                  .Autocommit([&](pqxx::nontransaction& tx) {
                    for (const char* table : {"users", "sessions", "used_states"}) {
                      for (const auto& row :
                           tx.exec(absl::StrCat("SELECT t::text FROM ", table, " t"))) {
                        absl::StrAppend(&dump, row[0].as<std::string>(), "\n");
                      }
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THAT(dump, HasSubstr("ann"));
  EXPECT_THAT(dump, Not(HasSubstr("gho_secret")));
  EXPECT_THAT(dump, Not(HasSubstr(completed.session_token())));
  EXPECT_THAT(dump, Not(HasSubstr(absl::BytesToHexString(completed.session_token()))));
  EXPECT_THAT(dump, HasSubstr(absl::BytesToHexString(Sha256(completed.session_token()))));
}

TEST_F(AuthServiceTest, OnlyTheGatewaySignsIn) {
  EXPECT_EQ(Ask(&v1::AuthService::Stub::BeginLogin, v1::BeginLoginRequest(), Token("build"))
                .status()
                .code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Ask(&v1::AuthService::Stub::BeginLogin, v1::BeginLoginRequest(), "").status().code(),
            absl::StatusCode::kUnauthenticated);
}

}  // namespace
}  // namespace kozmic::auth
