#include "services/auth/service_fixture.h"

#include "lib/base/json.h"

namespace kozmic::auth {

FakeGithub::FakeGithub() {
  server_.server().Post("/login/oauth/access_token", [this](const httplib::Request& request,
                                                            httplib::Response& response) {
    absl::MutexLock lock(&mutex_);
    verifier_ = request.get_param_value("code_verifier");
    response.status = answer_.status;
    const bool good = request.get_param_value("code") == "good";
    response.set_content(DumpJson(good ? nlohmann::json{{"access_token", answer_.token}}
                                       : nlohmann::json{{"error", "bad_verification_code"}}),
                         "application/json");
  });
  server_.server().Get(
      "/api/v3/user", [this](const httplib::Request& request, httplib::Response& response) {
        absl::MutexLock lock(&mutex_);
        EXPECT_EQ(request.get_header_value("Authorization"), "Bearer " + answer_.token);
        response.set_header("X-OAuth-Scopes", answer_.scopes);
        response.set_content(
            DumpJson({{"id", answer_.id},
                      {"login", answer_.login},
                      {"name", answer_.name},
                      {"avatar_url", absl::StrCat("http://avatars.example/", answer_.login)}}),
            "application/json");
      });
  server_.Start();
}

void FakeGithub::Set(const Answer& answer) {
  absl::MutexLock lock(&mutex_);
  answer_ = answer;
}

std::string FakeGithub::verifier() const {
  absl::MutexLock lock(&mutex_);
  return verifier_;
}

std::string ServiceFixture::Service(const std::string& name) {
  return ServiceToken(kServiceKey, name);
}

v1::BeginLoginResponse ServiceFixture::Begin(const std::string& return_path) {
  v1::BeginLoginRequest request;
  request.set_return_path(return_path);
  return *Ask(&Stub::BeginLogin, request, Service("gateway"));
}

absl::StatusOr<v1::CompleteLoginResponse> ServiceFixture::Complete(
    const v1::CompleteLoginRequest& request) {
  return Ask(&Stub::CompleteLogin, request, Service("gateway"));
}

absl::StatusOr<v1::CompleteLoginResponse> ServiceFixture::Complete(const std::string& state,
                                                                   const std::string& code) {
  v1::CompleteLoginRequest request;
  request.set_state(state);
  request.set_code(code);
  return Complete(request);
}

v1::CompleteLoginResponse ServiceFixture::SignIn(int64_t github_id, const std::string& user_agent) {
  github_.Set({.id = github_id, .login = absl::StrCat("user", github_id)});
  v1::CompleteLoginRequest request;
  request.set_state(Begin().state());
  request.set_code("good");
  request.set_user_agent(user_agent);
  return *Complete(request);
}

absl::StatusOr<v1::AuthenticateResponse> ServiceFixture::Authenticate(
    const std::string& credential) {
  v1::AuthenticateRequest request;
  request.set_credential(credential);
  return Ask(&Stub::Authenticate, request, Service("build"));
}

v1::CreateAccessTokenResponse ServiceFixture::MakeToken(const v1::CompleteLoginResponse& session,
                                                        const std::string& name,
                                                        int lifetime_days) {
  v1::CreateAccessTokenRequest request;
  request.set_parent(session.user().name());
  request.set_display_name(name);
  request.set_lifetime_days(lifetime_days);
  return *Ask(&Stub::CreateAccessToken, request, session.session_token());
}

}  // namespace kozmic::auth
