#ifndef KOZMIC_GATEWAY_PROJECT_SETTINGS_ROUTES_H_
#define KOZMIC_GATEWAY_PROJECT_SETTINGS_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// /api/v1/projects/{project}/settings: how a project's builds are run. Thread-safe.
class ProjectSettingsRoutes {
 public:
  // Neither is owned.
  ProjectSettingsRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void Get(http::Exchange& exchange) const;
  void Update(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_PROJECT_SETTINGS_ROUTES_H_
