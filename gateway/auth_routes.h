#ifndef KOZMIC_GATEWAY_AUTH_ROUTES_H_
#define KOZMIC_GATEWAY_AUTH_ROUTES_H_

#include <functional>
#include <string>

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/base/clock.h"
#include "lib/http/exchange.h"

namespace kozmic::gateway {

// Sign-in with GitHub, sign-out, and who is signed in. Thread-safe.
class AuthRoutes {
 public:
  struct Dependencies {
    const Backends& backends;
    const Sessions& sessions;
    const Clock& clock;
    // Cookies only over https.
    bool secure = false;
    // Called with a session token that was just ended.
    std::function<void(const std::string&)> forget;
  };

  explicit AuthRoutes(Dependencies dependencies) : to_(std::move(dependencies)) {}

  // GET /_auth/
  void Begin(http::Exchange& exchange) const;
  // GET /_auth/auth-callback/
  void Complete(http::Exchange& exchange) const;
  // POST /logout/
  void Logout(http::Exchange& exchange) const;
  // GET /api/v1/me
  void Me(http::Exchange& exchange) const;

 private:
  const Dependencies to_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_AUTH_ROUTES_H_
