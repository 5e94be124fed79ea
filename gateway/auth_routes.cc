#include "gateway/auth_routes.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/route_options.h"
#include "gateway/text.h"
#include "lib/base/log.h"
#include "lib/crypto/digest.h"
#include "lib/http/target.h"
#include "lib/rpc/client.h"
#include "lib/status/annotate.h"

namespace kozmic::gateway {
namespace {

using AuthStub = auth::v1::AuthService::Stub;
using ProjectStub = project::v1::ProjectService::Stub;

constexpr char kLoginCookie[] = "kozmic_login";
constexpr char kLoginPath[] = "/_auth/";
constexpr absl::Duration kLoginAge = absl::Minutes(10);

// What a page at most waits for its repositories to be synced; the service goes on by itself.
constexpr int kSyncSeconds = 3;
// More than that: a service that waits as it was told has not failed.
constexpr absl::Duration kSyncTimeout = absl::Milliseconds(3500);
// Of a word that anybody may have put into the URL.
constexpr size_t kLongestError = 100;
// The longest that a browser is taken to name itself.
constexpr size_t kLongestUserAgent = 1024;

void Refuse(http::Exchange& exchange, absl::string_view code) {
  Redirect(exchange, absl::StrCat("/login/?error=", code));
}

// What is said to somebody whom `status` has kept from signing in.
void RefuseBecause(http::Exchange& exchange, const absl::Status& status) {
  if (absl::IsInvalidArgument(status)) return Refuse(exchange, "expired");
  Log(Severity::kWarning, "a sign-in failed", {{"error", status}});
  if (!absl::IsPermissionDenied(status)) return Refuse(exchange, "unavailable");
  if (Reason(status) != "scope_missing") return Refuse(exchange, "github");
  Refuse(exchange, absl::StrCat("scope&scope=", http::PercentEncode(Detail(status, "scope"))));
}

// As the list of sessions shows it; empty when it can be no text.
std::string UserAgent(const http::Exchange& exchange) {
  std::string agent = exchange.request.get_header_value("User-Agent").substr(0, kLongestUserAgent);
  return IsUtf8(agent) ? agent : std::string();
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

void AuthRoutes::AddTo(http::HardenedServer& server) const {
  using http::Exchange;
  server.Route("GET", "/_auth/", [this](Exchange& exchange) { Begin(exchange); });
  server.Route("GET", "/_auth/auth-callback/", [this](Exchange& exchange) { Complete(exchange); });
  server.Route("POST", "/logout/", NoBody(), [this](Exchange& exchange) { Logout(exchange); });
}

void AuthRoutes::Begin(http::Exchange& exchange) const {
  auth::v1::BeginLoginRequest request;
  request.set_return_path(SafePath(exchange.target.Parameter("next").value_or("/")));
  const auto begun = Call(*to_.backends.auth, &AuthStub::BeginLogin, request,
                          to_.backends.service_token, kCallTimeout);
  if (!begun.ok()) return RefuseBecause(exchange, begun.status());
  // The cookie names the state without being it: whoever reads the one does not have the other.
  exchange.response.set_header("Set-Cookie", SetCookie(kLoginCookie, Sha256Hex(begun->state()),
                                                       kLoginPath, kLoginAge, to_.secure));
  Redirect(exchange, begun->authorize_url());
}

void AuthRoutes::Complete(http::Exchange& exchange) const {
  const std::optional<std::string> bound = CookieValue(exchange, kLoginCookie);
  exchange.response.set_header(
      "Set-Cookie", SetCookie(kLoginCookie, "", kLoginPath, absl::ZeroDuration(), to_.secure));
  if (const auto error = exchange.target.Parameter("error")) {
    if (*error == "access_denied") return Refuse(exchange, "denied");
    // Any other is about how this installation is registered there.
    Log(Severity::kWarning, "GitHub refused a sign-in",
        {{"error", error->substr(0, kLongestError)}});
    return Refuse(exchange, "github");
  }
  const std::string state = exchange.target.Parameter("state").value_or("");
  const std::string code = exchange.target.Parameter("code").value_or("");
  if (!bound || state.empty() || code.empty() || !IsUtf8(state) || !IsUtf8(code) ||
      !ConstantTimeEquals(*bound, Sha256Hex(state))) {
    return Refuse(exchange, "expired");
  }
  auth::v1::CompleteLoginRequest request;
  request.set_state(state);
  request.set_code(code);
  const std::string previous = CookieValue(exchange, kSessionCookie).value_or("");
  request.set_previous_session_token(previous);
  request.set_user_agent(UserAgent(exchange));
  const auto completed = Call(*to_.backends.auth, &AuthStub::CompleteLogin, request,
                              to_.backends.service_token, kGithubCallTimeout);
  if (!completed.ok()) return RefuseBecause(exchange, completed.status());
  to_.authenticator.Forget(previous);
  SyncRepositories(completed->session_token());
  const absl::Duration age =
      absl::FromUnixSeconds(completed->expire_time().seconds()) - to_.clock.Now();
  exchange.response.set_header(
      "Set-Cookie", SetCookie(kSessionCookie, completed->session_token(), "/", age, to_.secure));
  Redirect(exchange, HeaderPath(SafePath(completed->return_path())));
}

void AuthRoutes::SyncRepositories(const std::string& session_token) const {
  project::v1::SyncRepositoriesRequest request;
  request.set_wait_seconds(kSyncSeconds);
  const auto sync = Call(*to_.backends.project, &ProjectStub::SyncRepositories, request,
                         session_token, kSyncTimeout);
  if (!sync.ok()) {
    Log(Severity::kWarning, "no sync of repositories at a sign-in", {{"error", sync.status()}});
  }
}

void AuthRoutes::Logout(http::Exchange& exchange) const {
  const auto session = to_.sessions.RequireSessionForChange(exchange);
  if (!session) return;
  auth::v1::DeleteSessionRequest request;
  request.set_session_token(session->token);
  if (!Ask(exchange, *to_.backends.auth, &AuthStub::DeleteSession, request,
           to_.backends.service_token)) {
    return;
  }
  to_.authenticator.Forget(session->token);
  RemoveSessionCookie(exchange, to_.secure);
  exchange.response.status = 204;
}

}  // namespace kozmic::gateway
