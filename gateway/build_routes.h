#ifndef KOZMIC_GATEWAY_BUILD_ROUTES_H_
#define KOZMIC_GATEWAY_BUILD_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/admission.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// /api/v1/projects/{project}/builds: builds. Thread-safe.
class BuildRoutes {
 public:
  // Neither is owned.
  BuildRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void List(http::Exchange& exchange) const;
  void Latest(http::Exchange& exchange) const;
  void Get(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
  // By text, which reads many builds; by session.
  mutable http::Admission searches_{/*limit=*/8, /*limit_per_ip=*/2};
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_BUILD_ROUTES_H_
