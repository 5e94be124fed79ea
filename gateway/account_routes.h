#ifndef KOZMIC_GATEWAY_ACCOUNT_ROUTES_H_
#define KOZMIC_GATEWAY_ACCOUNT_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"
#include "services/auth/client/remote_authenticator.h"

namespace kozmic::gateway {

// /api/v1/me: who is signed in, what they set, and what gives access in their name: sessions and
// access tokens. Thread-safe.
class AccountRoutes {
 public:
  struct Dependencies {
    const Backends& backends;
    const Sessions& sessions;
    // Forgets what is ended here.
    auth::RemoteAuthenticator& authenticator;
    // Cookies only over https.
    bool secure = false;
  };

  explicit AccountRoutes(const Dependencies& dependencies) : to_(dependencies) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void Get(http::Exchange& exchange) const;
  void Update(http::Exchange& exchange) const;
  void ListSessions(http::Exchange& exchange) const;
  void RevokeSession(http::Exchange& exchange) const;
  void RevokeOtherSessions(http::Exchange& exchange) const;
  void ListTokens(http::Exchange& exchange) const;
  void CreateToken(http::Exchange& exchange) const;
  void DeleteToken(http::Exchange& exchange) const;

  const Dependencies to_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_ACCOUNT_ROUTES_H_
