#include "gateway/testing/fake_auth.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "gateway/testing/fake_caller.h"
#include "lib/rpc/grpc_status.h"
#include "lib/status/annotate.h"

namespace kozmic::gateway {
namespace {

std::string SessionToken(absl::string_view user, int id) {
  absl::ConsumePrefix(&user, "users/");
  return id == 1 ? absl::StrCat("session-", user) : absl::StrCat("session-", user, "-", id);
}

// Whether a user asks for themselves, by a session.
absl::Status IsOwn(const grpc::ServerContext& context, const std::string& user) {
  const std::string bearer = BearerOf(context);
  if (UserOf(bearer) != user) return absl::NotFoundError("no such user");
  if (IsAccessToken(bearer)) return absl::PermissionDeniedError("by a session only");
  return absl::OkStatus();
}

}  // namespace

grpc::Status FakeAuth::BeginLogin(grpc::ServerContext* context,
                                  const auth::v1::BeginLoginRequest* request,
                                  auth::v1::BeginLoginResponse* response) {
  absl::MutexLock lock(&mutex);
  if (!login_status.ok()) return ToGrpc(login_status, *context);
  return_path = request->return_path();
  response->set_authorize_url("https://github.example/authorize?state=state-1");
  response->set_state("state-1");
  return grpc::Status::OK;
}

grpc::Status FakeAuth::CompleteLogin(grpc::ServerContext* context,
                                     const auth::v1::CompleteLoginRequest* request,
                                     auth::v1::CompleteLoginResponse* response) {
  absl::MutexLock lock(&mutex);
  login = *request;
  if (!login_status.ok()) return ToGrpc(login_status, *context);
  ended.insert(request->previous_session_token());
  response->set_session_token("session-7-2");
  response->mutable_expire_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 3600);
  response->set_return_path(return_path);
  return grpc::Status::OK;
}

grpc::Status FakeAuth::Authenticate(grpc::ServerContext* context,
                                    const auth::v1::AuthenticateRequest* request,
                                    auth::v1::AuthenticateResponse* response) {
  const auto user = UserOf(request->credential());
  absl::MutexLock lock(&mutex);
  if (!user || ended.count(request->credential()) > 0) {
    return ToGrpc(absl::UnauthenticatedError("unknown session"), *context);
  }
  response->mutable_user()->set_name(*user);
  response->set_is_admin(admins.count(*user) > 0);
  response->set_is_access_token(IsAccessToken(request->credential()));
  response->set_cache_seconds(cache_seconds);
  return grpc::Status::OK;
}

grpc::Status FakeAuth::GetUser(grpc::ServerContext*, const auth::v1::GetUserRequest* request,
                               auth::v1::User* response) {
  response->set_name(request->name());
  response->set_login("ada");
  absl::MutexLock lock(&mutex);
  response->set_notification_email(email);
  return grpc::Status::OK;
}

grpc::Status FakeAuth::UpdateUser(grpc::ServerContext* context,
                                  const auth::v1::UpdateUserRequest* request,
                                  auth::v1::User* response) {
  const absl::Status own = IsOwn(*context, request->user().name());
  if (!own.ok()) return ToGrpc(own, *context);
  const std::string& wanted = request->user().notification_email();
  if (!wanted.empty() && !absl::StrContains(wanted, "@")) {
    return ToGrpc(WithDetail(absl::InvalidArgumentError("This is no address."), "field",
                             "notification_email"),
                  *context);
  }
  {
    absl::MutexLock lock(&mutex);
    email = wanted;
  }
  auth::v1::GetUserRequest again;
  again.set_name(request->user().name());
  return GetUser(context, &again, response);
}

grpc::Status FakeAuth::ListSessions(grpc::ServerContext* context,
                                    const auth::v1::ListSessionsRequest* request,
                                    auth::v1::ListSessionsResponse* response) {
  const absl::Status own = IsOwn(*context, request->parent());
  if (!own.ok()) return ToGrpc(own, *context);
  absl::MutexLock lock(&mutex);
  for (const int id : {1, 2}) {
    const std::string token = SessionToken(request->parent(), id);
    if (ended.count(token) > 0) continue;
    auth::v1::Session* session = response->add_sessions();
    session->set_name(absl::StrCat(request->parent(), "/sessions/", id));
    session->set_current(token == BearerOf(*context));
    session->set_user_agent("Browser/1");
    session->mutable_create_time()->set_seconds(1700000000);
  }
  return grpc::Status::OK;
}

grpc::Status FakeAuth::RevokeSession(grpc::ServerContext* context,
                                     const auth::v1::RevokeSessionRequest* request,
                                     auth::v1::RevokeSessionResponse*) {
  const std::string user = request->name().substr(0, request->name().find("/sessions/"));
  const absl::Status own = IsOwn(*context, user);
  if (!own.ok()) return ToGrpc(own, *context);
  absl::MutexLock lock(&mutex);
  for (const int id : {1, 2}) {
    if (request->name() != absl::StrCat(user, "/sessions/", id)) continue;
    ended.insert(SessionToken(user, id));
    return grpc::Status::OK;
  }
  return ToGrpc(absl::NotFoundError("no such session"), *context);
}

grpc::Status FakeAuth::RevokeOtherSessions(grpc::ServerContext* context,
                                           const auth::v1::RevokeOtherSessionsRequest* request,
                                           auth::v1::RevokeOtherSessionsResponse*) {
  const absl::Status own = IsOwn(*context, request->parent());
  if (!own.ok()) return ToGrpc(own, *context);
  absl::MutexLock lock(&mutex);
  for (const int id : {1, 2}) {
    const std::string token = SessionToken(request->parent(), id);
    if (token != BearerOf(*context)) ended.insert(token);
  }
  return grpc::Status::OK;
}

grpc::Status FakeAuth::DeleteSession(grpc::ServerContext*,
                                     const auth::v1::DeleteSessionRequest* request,
                                     auth::v1::DeleteSessionResponse*) {
  absl::MutexLock lock(&mutex);
  ended.insert(request->session_token());
  return grpc::Status::OK;
}

grpc::Status FakeAuth::CreateAccessToken(grpc::ServerContext* context,
                                         const auth::v1::CreateAccessTokenRequest* request,
                                         auth::v1::CreateAccessTokenResponse* response) {
  const absl::Status own = IsOwn(*context, request->parent());
  if (!own.ok()) return ToGrpc(own, *context);
  if (request->display_name().empty()) {
    return ToGrpc(
        WithDetail(absl::InvalidArgumentError("A name is needed."), "field", "display_name"),
        *context);
  }
  absl::MutexLock lock(&mutex);
  auth::v1::AccessToken& token = *response->mutable_access_token();
  token.set_name(absl::StrCat(request->parent(), "/accessTokens/", tokens.size() + 1));
  token.set_display_name(request->display_name());
  if (request->lifetime_days() > 0) {
    token.mutable_expire_time()->set_seconds(86400 * int64_t{request->lifetime_days()});
  }
  response->set_token("kzp_7");
  tokens.insert(tokens.begin(), token);
  return grpc::Status::OK;
}

grpc::Status FakeAuth::ListAccessTokens(grpc::ServerContext* context,
                                        const auth::v1::ListAccessTokensRequest* request,
                                        auth::v1::ListAccessTokensResponse* response) {
  const absl::Status own = IsOwn(*context, request->parent());
  if (!own.ok()) return ToGrpc(own, *context);
  absl::MutexLock lock(&mutex);
  for (const auto& token : tokens) *response->add_access_tokens() = token;
  return grpc::Status::OK;
}

grpc::Status FakeAuth::DeleteAccessToken(grpc::ServerContext* context,
                                         const auth::v1::DeleteAccessTokenRequest* request,
                                         auth::v1::DeleteAccessTokenResponse*) {
  const absl::Status own =
      IsOwn(*context, request->name().substr(0, request->name().find("/accessTokens/")));
  if (!own.ok()) return ToGrpc(own, *context);
  absl::MutexLock lock(&mutex);
  const auto found = std::find_if(tokens.begin(), tokens.end(), [&](const auto& token) {
    return token.name() == request->name();
  });
  if (found == tokens.end()) return ToGrpc(absl::NotFoundError("no such token"), *context);
  tokens.erase(found);
  ended.insert("kzp_7");
  return grpc::Status::OK;
}

}  // namespace kozmic::gateway
