#ifndef KOZMIC_GATEWAY_TRIGGER_ROUTES_H_
#define KOZMIC_GATEWAY_TRIGGER_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/base/random.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// POST /api/v1/projects/{project}/builds: a build because somebody wants one. Thread-safe.
class TriggerRoutes {
 public:
  // None is owned. `random` makes the requests' ids.
  TriggerRoutes(const Backends& backends, const Sessions& sessions, Random& random)
      : backends_(backends), sessions_(sessions), random_(random) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void Trigger(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
  Random& random_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TRIGGER_ROUTES_H_
