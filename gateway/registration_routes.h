#ifndef KOZMIC_GATEWAY_REGISTRATION_ROUTES_H_
#define KOZMIC_GATEWAY_REGISTRATION_ROUTES_H_

#include <utility>

#include "gateway/backends.h"
#include "gateway/config.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// /api/v1/admin/registration-tokens and …/runners/{runner}/revoke, for administrators, and
// /api/v1/join, for machines. Thread-safe.
class RegistrationRoutes {
 public:
  // Neither is owned.
  RegistrationRoutes(const Backends& backends, const Sessions& sessions, JoinAddresses join)
      : backends_(backends), sessions_(sessions), join_(std::move(join)) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void ListTokens(http::Exchange& exchange) const;
  void CreateToken(http::Exchange& exchange) const;
  void DeleteToken(http::Exchange& exchange) const;
  void RevokeRunner(http::Exchange& exchange) const;
  void TellJoin(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
  const JoinAddresses join_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_REGISTRATION_ROUTES_H_
