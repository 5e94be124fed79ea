#ifndef KOZMIC_GATEWAY_BUILD_ACTION_ROUTES_H_
#define KOZMIC_GATEWAY_BUILD_ACTION_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// POST below /api/v1/projects/{project}/builds/{number}: what a manager does to a build and its
// jobs. Thread-safe.
class BuildActionRoutes {
 public:
  // Neither is owned.
  BuildActionRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void Cancel(http::Exchange& exchange) const;
  void Restart(http::Exchange& exchange) const;
  void Approve(http::Exchange& exchange) const;
  void CancelJob(http::Exchange& exchange) const;
  void RestartJob(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_BUILD_ACTION_ROUTES_H_
