#ifndef KOZMIC_GATEWAY_REGISTRY_ROUTES_H_
#define KOZMIC_GATEWAY_REGISTRY_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// /api/v1/projects/{project}/registries: a password is taken and never told. Thread-safe.
class RegistryRoutes {
 public:
  // Neither is owned.
  RegistryRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void List(http::Exchange& exchange) const;
  void Set(http::Exchange& exchange) const;
  void Delete(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_REGISTRY_ROUTES_H_
