#include "gateway/account_routes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/body_reader.h"
#include "gateway/json_text.h"
#include "gateway/route_options.h"
#include "gateway/text.h"
#include "gateway/translate_account.h"
#include "lib/status/annotate.h"

namespace kozmic::gateway {
namespace {

using AuthStub = auth::v1::AuthService::Stub;

constexpr int64_t kLongestLifetimeDays = 3650;

// "users/7/sessions/3", of the caller's own; nothing when {id} is none.
std::optional<std::string> OwnName(const http::Exchange& exchange, const Sessions::Session& session,
                                   absl::string_view kind) {
  const std::optional<int64_t> id = ParseNumber(exchange.Variable("id"), 1);
  if (!id) return std::nullopt;
  return absl::StrCat(session.caller.name, "/", kind, "/", *id);
}

}  // namespace

void AccountRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  const std::string me = "/api/v1/me";
  const std::string sessions = absl::StrCat(me, "/sessions");
  const std::string tokens = absl::StrCat(me, "/tokens");
  server.Route("GET", me, [this](Exchange& exchange) { Get(exchange); });
  server.Route("PUT", me, JsonBody(), [this](Exchange& exchange) { Update(exchange); });
  server.Route("GET", sessions, [this](Exchange& exchange) { ListSessions(exchange); });
  server.Route("DELETE", sessions, NoBody(),
               [this](Exchange& exchange) { RevokeOtherSessions(exchange); });
  server.Route("DELETE", absl::StrCat(sessions, "/{id}"), NoBody(),
               [this](Exchange& exchange) { RevokeSession(exchange); });
  server.Route("GET", tokens, [this](Exchange& exchange) { ListTokens(exchange); });
  server.Route("POST", tokens, JsonBody(), [this](Exchange& exchange) { CreateToken(exchange); });
  server.Route("DELETE", absl::StrCat(tokens, "/{id}"), NoBody(),
               [this](Exchange& exchange) { DeleteToken(exchange); });
}

void AccountRoutes::Get(http::Exchange& exchange) const {
  const auto session = to_.sessions.Require(exchange);
  if (!session) return;
  auth::v1::GetUserRequest request;
  request.set_name(session->caller.name);
  const auto user =
      Ask(exchange, *to_.backends.auth, &AuthStub::GetUser, request, to_.backends.service_token);
  if (!user) return;
  // A program has no use for one.
  const std::string csrf_token = Sessions::CsrfToken(session->token);
  Reply(exchange, 200,
        JsonObject({{"user", ToJson(*user)},
                    {"admin", session->caller.admin},
                    {"csrf_token", session->caller.by_access_token ? JsonValue(nullptr)
                                                                   : JsonValue(csrf_token)}}));
}

void AccountRoutes::Update(http::Exchange& exchange) const {
  const auto session = to_.sessions.RequireSessionForChange(exchange);
  if (!session) return;
  auth::v1::UpdateUserRequest request;
  request.mutable_user()->set_name(session->caller.name);
  BodyReader body(exchange.request.body);
  body.Text("notification_email", request.mutable_user()->mutable_notification_email());
  if (const absl::Status read = body.Finish(); !read.ok()) return ReplyStatus(exchange, read);
  const auto user =
      Ask(exchange, *to_.backends.auth, &AuthStub::UpdateUser, request, session->token, kChange);
  if (user) Reply(exchange, 200, ToJson(*user));
}

void AccountRoutes::ListSessions(http::Exchange& exchange) const {
  const auto session = to_.sessions.RequireSession(exchange);
  if (!session) return;
  auth::v1::ListSessionsRequest request;
  request.set_parent(session->caller.name);
  const auto answer =
      Ask(exchange, *to_.backends.auth, &AuthStub::ListSessions, request, session->token);
  if (!answer) return;
  Reply(exchange, 200,
        JsonObject({{"sessions", JsonArrayOf(answer->sessions(),
                                             [](const auto& one) { return ToJson(one); })}}));
}

void AccountRoutes::RevokeSession(http::Exchange& exchange) const {
  const auto session = to_.sessions.RequireSessionForChange(exchange);
  if (!session) return;
  const auto name = OwnName(exchange, *session, "sessions");
  if (!name) return ReplyNotFound(exchange);
  auth::v1::RevokeSessionRequest request;
  request.set_name(*name);
  if (!Ask(exchange, *to_.backends.auth, &AuthStub::RevokeSession, request, session->token)) return;
  to_.authenticator.ForgetUser(session->caller.name);
  // It may have been the one that this request came with.
  if (absl::IsUnauthenticated(to_.authenticator.Authenticate(session->token).status())) {
    RemoveSessionCookie(exchange, to_.secure);
  }
  exchange.response.status = 204;
}

void AccountRoutes::RevokeOtherSessions(http::Exchange& exchange) const {
  const auto session = to_.sessions.RequireSessionForChange(exchange);
  if (!session) return;
  auth::v1::RevokeOtherSessionsRequest request;
  request.set_parent(session->caller.name);
  if (!Ask(exchange, *to_.backends.auth, &AuthStub::RevokeOtherSessions, request, session->token)) {
    return;
  }
  to_.authenticator.ForgetUser(session->caller.name);
  exchange.response.status = 204;
}

void AccountRoutes::ListTokens(http::Exchange& exchange) const {
  const auto session = to_.sessions.RequireSession(exchange);
  if (!session) return;
  auth::v1::ListAccessTokensRequest request;
  request.set_parent(session->caller.name);
  const auto answer =
      Ask(exchange, *to_.backends.auth, &AuthStub::ListAccessTokens, request, session->token);
  if (!answer) return;
  Reply(exchange, 200,
        JsonObject({{"tokens", JsonArrayOf(answer->access_tokens(),
                                           [](const auto& one) { return ToJson(one); })}}));
}

void AccountRoutes::CreateToken(http::Exchange& exchange) const {
  const auto session = to_.sessions.RequireSessionForChange(exchange);
  if (!session) return;
  auth::v1::CreateAccessTokenRequest request;
  request.set_parent(session->caller.name);
  std::optional<int64_t> days;
  BodyReader body(exchange.request.body);
  body.Text("name", request.mutable_display_name());
  body.IntegerOrNull("lifetime_days", &days, 1, kLongestLifetimeDays);
  if (const absl::Status read = body.Finish(); !read.ok()) return ReplyStatus(exchange, read);
  request.set_lifetime_days(static_cast<int32_t>(days.value_or(0)));
  auto created = Call(*to_.backends.auth, &AuthStub::CreateAccessToken, request, session->token,
                      kChange.timeout);
  if (!created.ok()) {
    absl::Status status = created.status();
    // As the form calls it.
    if (Detail(status, "field") == "display_name") status = WithDetail(status, "field", "name");
    return ReplyStatus(exchange, status, kChange.invalid_argument);
  }
  Reply(exchange, 201,
        JsonObject({{"token", ToJson(created->access_token())}, {"secret", created->token()}}));
}

void AccountRoutes::DeleteToken(http::Exchange& exchange) const {
  const auto session = to_.sessions.RequireSessionForChange(exchange);
  if (!session) return;
  const auto name = OwnName(exchange, *session, "accessTokens");
  if (!name) return ReplyNotFound(exchange);
  auth::v1::DeleteAccessTokenRequest request;
  request.set_name(*name);
  if (!Ask(exchange, *to_.backends.auth, &AuthStub::DeleteAccessToken, request, session->token)) {
    return;
  }
  to_.authenticator.ForgetUser(session->caller.name);
  exchange.response.status = 204;
}

}  // namespace kozmic::gateway
