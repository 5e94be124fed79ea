#ifndef KOZMIC_GATEWAY_PROJECT_ROUTES_H_
#define KOZMIC_GATEWAY_PROJECT_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"

namespace kozmic::gateway {

// Projects and hooks. Thread-safe.
class ProjectRoutes {
 public:
  // Neither is owned.
  ProjectRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // GET /api/v1/projects
  void List(http::Exchange& exchange) const;
  // POST /api/v1/projects
  void Create(http::Exchange& exchange) const;
  // GET /api/v1/projects/{project}
  void Get(http::Exchange& exchange) const;
  // GET /api/v1/projects/{project}/hooks
  void ListHooks(http::Exchange& exchange) const;
  // POST /api/v1/projects/{project}/hooks
  void CreateHook(http::Exchange& exchange) const;

 private:
  const Backends& backends_;
  const Sessions& sessions_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_PROJECT_ROUTES_H_
