#ifndef KOZMIC_GATEWAY_DEPLOY_KEY_ROUTES_H_
#define KOZMIC_GATEWAY_DEPLOY_KEY_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// /api/v1/projects/{project}/deploy_key: the public half, and whether it is at GitHub.
// Thread-safe.
class DeployKeyRoutes {
 public:
  // Neither is owned.
  DeployKeyRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void Get(http::Exchange& exchange) const;
  void Restore(http::Exchange& exchange) const;
  void Rotate(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_DEPLOY_KEY_ROUTES_H_
