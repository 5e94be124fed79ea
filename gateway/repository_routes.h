#ifndef KOZMIC_GATEWAY_REPOSITORY_ROUTES_H_
#define KOZMIC_GATEWAY_REPOSITORY_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// /api/v1/repositories: what a user may make a project of. Thread-safe.
class RepositoryRoutes {
 public:
  // Neither is owned.
  RepositoryRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void List(http::Exchange& exchange) const;
  void Sync(http::Exchange& exchange) const;
  void GetSync(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_REPOSITORY_ROUTES_H_
