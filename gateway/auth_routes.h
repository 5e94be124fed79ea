#ifndef KOZMIC_GATEWAY_AUTH_ROUTES_H_
#define KOZMIC_GATEWAY_AUTH_ROUTES_H_

#include <string>

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/base/clock.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"
#include "services/auth/client/remote_authenticator.h"

namespace kozmic::gateway {

// Sign-in with GitHub, and sign-out. Thread-safe.
class AuthRoutes {
 public:
  struct Dependencies {
    const Backends& backends;
    const Sessions& sessions;
    // Forgets what is ended here.
    auth::RemoteAuthenticator& authenticator;
    const Clock& clock;
    // Cookies only over https.
    bool secure = false;
  };

  explicit AuthRoutes(const Dependencies& dependencies) : to_(dependencies) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void Begin(http::Exchange& exchange) const;
  void Complete(http::Exchange& exchange) const;
  void Logout(http::Exchange& exchange) const;
  // Has GitHub asked what the new user sees, for the page that comes next. Waits a little.
  void SyncRepositories(const std::string& session_token) const;

  const Dependencies to_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_AUTH_ROUTES_H_
