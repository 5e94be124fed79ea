#ifndef KOZMIC_GATEWAY_SESSIONS_H_
#define KOZMIC_GATEWAY_SESSIONS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/http/exchange.h"
#include "lib/rpc/caller.h"

namespace kozmic::gateway {

inline constexpr char kSessionCookie[] = "kozmic_session";

// Who a request comes from: a browser by its session's cookie, a program by an access token
// ("Authorization: Bearer kzp_…"), which counts alone when there is one. Neither serves in the
// other's place. Thread-safe.
class Sessions {
 public:
  struct Session {
    // The credential, to be passed on as bearer.
    std::string token;
    Caller caller;
  };

  // `public_url` is where browsers reach us; a change may come from no other origin.
  // `authenticator` is not owned.
  Sessions(const Authenticator& authenticator, absl::string_view public_url);

  // Nothing, after answering 401 (or 503), when nobody is signed in.
  std::optional<Session> Require(http::Exchange& exchange) const;
  // The same for requests that change something: also 403 without the session's CSRF token. A
  // program needs none: no page can make a browser send its token.
  std::optional<Session> RequireForChange(http::Exchange& exchange) const;
  // The same two for what gives access, which is managed by people only: 403 for an access token.
  std::optional<Session> RequireSession(http::Exchange& exchange) const;
  std::optional<Session> RequireSessionForChange(http::Exchange& exchange) const;

  // Whether a page of another site sent this request.
  bool IsForeign(const http::Exchange& exchange) const;

  // What X-CSRF-Token must be. Bound to the session by a MAC: a page can have it only from us.
  static std::string CsrfToken(absl::string_view session_token);

 private:
  bool HasCsrfToken(const http::Exchange& exchange, const Session& session) const;

  const Authenticator& authenticator_;
  const std::string origin_;
};

// The value of a request's cookie; nothing when it is missing or no credential of ours could look
// like it.
std::optional<std::string> CookieValue(const http::Exchange& exchange, absl::string_view name);

// A Set-Cookie header: HttpOnly, SameSite=Lax, Secure when we are served by https. `max_age` 0
// removes it.
std::string SetCookie(absl::string_view name, absl::string_view value, absl::string_view path,
                      absl::Duration max_age, bool secure);

// Takes the session's cookie out of the browser.
void RemoveSessionCookie(http::Exchange& exchange, bool secure);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_SESSIONS_H_
