#ifndef KOZMIC_GATEWAY_ADMIN_ROUTES_H_
#define KOZMIC_GATEWAY_ADMIN_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// /api/v1/admin: the installation's runners and queue, for its administrators. Thread-safe.
class AdminRoutes {
 public:
  // Neither is owned.
  AdminRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void ListRunners(http::Exchange& exchange) const;
  void PauseRunner(http::Exchange& exchange) const;
  void ResumeRunner(http::Exchange& exchange) const;
  void DeleteRunner(http::Exchange& exchange) const;
  void ListQueue(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_ADMIN_ROUTES_H_
