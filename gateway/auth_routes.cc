#include "gateway/auth_routes.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/text.h"
#include "gateway/translate.h"
#include "lib/base/log.h"
#include "lib/crypto/digest.h"
#include "lib/http/target.h"
#include "lib/rpc/client.h"

namespace kozmic::gateway {
namespace {

using AuthStub = auth::v1::AuthService::Stub;

constexpr char kLoginCookie[] = "kozmic_login";
constexpr char kLoginPath[] = "/_auth/";
constexpr absl::Duration kLoginAge = absl::Minutes(10);

void Refuse(http::Exchange& exchange, absl::string_view code) {
  Redirect(exchange, absl::StrCat("/login/?error=", code));
}

// Header-safe, for a path that may hold any UTF-8.
std::string HeaderPath(absl::string_view path) {
  std::string out;
  for (char c : path) {
    if (static_cast<unsigned char>(c) < 0x80) {
      out.push_back(c);
    } else {
      out += http::PercentEncode(absl::string_view(&c, 1));
    }
  }
  return out;
}

}  // namespace

void AuthRoutes::Begin(http::Exchange& exchange) const {
  auth::v1::BeginLoginRequest request;
  request.set_return_path(SafePath(exchange.target.Parameter("next").value_or("/")));
  const auto begun = Call(*to_.backends.auth, &AuthStub::BeginLogin, request,
                          to_.backends.service_token, kCallTimeout);
  if (!begun.ok()) return ReplyStatus(exchange, begun.status());
  // The cookie names the state without being it: whoever reads the one does not have the other.
  exchange.response.set_header("Set-Cookie", SetCookie(kLoginCookie, Sha256Hex(begun->state()),
                                                       kLoginPath, kLoginAge, to_.secure));
  Redirect(exchange, begun->authorize_url());
}

void AuthRoutes::Complete(http::Exchange& exchange) const {
  const std::optional<std::string> bound = CookieValue(exchange, kLoginCookie);
  exchange.response.set_header(
      "Set-Cookie", SetCookie(kLoginCookie, "", kLoginPath, absl::ZeroDuration(), to_.secure));
  if (exchange.target.Parameter("error").has_value()) return Refuse(exchange, "denied");
  const std::string state = exchange.target.Parameter("state").value_or("");
  const std::string code = exchange.target.Parameter("code").value_or("");
  if (!bound || state.empty() || code.empty() || !IsUtf8(state) || !IsUtf8(code) ||
      !ConstantTimeEquals(*bound, Sha256Hex(state))) {
    return Refuse(exchange, "expired");
  }
  auth::v1::CompleteLoginRequest request;
  request.set_state(state);
  request.set_code(code);
  const auto completed = Call(*to_.backends.auth, &AuthStub::CompleteLogin, request,
                              to_.backends.service_token, kGithubCallTimeout);
  if (absl::IsInvalidArgument(completed.status())) return Refuse(exchange, "expired");
  if (!completed.ok()) {
    Log(Severity::kWarning, "a sign-in failed", {{"error", completed.status()}});
    return Refuse(exchange, "github");
  }
  const absl::Duration age =
      absl::FromUnixSeconds(completed->expire_time().seconds()) - to_.clock.Now();
  exchange.response.set_header(
      "Set-Cookie", SetCookie(kSessionCookie, completed->session_token(), "/", age, to_.secure));
  Redirect(exchange, HeaderPath(SafePath(completed->return_path())));
}

void AuthRoutes::Logout(http::Exchange& exchange) const {
  const auto session = to_.sessions.RequireForChange(exchange);
  if (!session) return;
  auth::v1::DeleteSessionRequest request;
  request.set_session_token(session->token);
  const auto ended = Call(*to_.backends.auth, &AuthStub::DeleteSession, request,
                          to_.backends.service_token, kCallTimeout);
  if (!ended.ok()) return ReplyStatus(exchange, ended.status());
  to_.forget(session->token);
  exchange.response.set_header(
      "Set-Cookie", SetCookie(kSessionCookie, "", "/", absl::ZeroDuration(), to_.secure));
  exchange.response.status = 204;
}

void AuthRoutes::Me(http::Exchange& exchange) const {
  const auto session = to_.sessions.Require(exchange);
  if (!session) return;
  auth::v1::GetUserRequest request;
  request.set_name(session->caller.name);
  const auto user = Call(*to_.backends.auth, &AuthStub::GetUser, request,
                         to_.backends.service_token, kCallTimeout);
  if (!user.ok()) return ReplyStatus(exchange, user.status());
  Reply(exchange, 200,
        {{"user", ToJson(*user)}, {"csrf_token", Sessions::CsrfToken(session->token)}});
}

}  // namespace kozmic::gateway
