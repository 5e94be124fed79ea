#ifndef KOZMIC_GATEWAY_HOOK_ROUTES_H_
#define KOZMIC_GATEWAY_HOOK_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// /api/v1/projects/{project}/hooks: what is run for a push. Thread-safe.
class HookRoutes {
 public:
  // Neither is owned.
  HookRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void List(http::Exchange& exchange) const;
  void Get(http::Exchange& exchange) const;
  void Create(http::Exchange& exchange) const;
  void Update(http::Exchange& exchange) const;
  void Delete(http::Exchange& exchange) const;
  void Restore(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_HOOK_ROUTES_H_
