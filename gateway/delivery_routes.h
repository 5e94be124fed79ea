#ifndef KOZMIC_GATEWAY_DELIVERY_ROUTES_H_
#define KOZMIC_GATEWAY_DELIVERY_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/admission.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// /api/v1/projects/{project}/deliveries: what GitHub has sent, and what became of it. Thread-safe.
class DeliveryRoutes {
 public:
  // Neither is owned.
  DeliveryRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void List(http::Exchange& exchange) const;
  void Get(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
  // A delivery with its body is held several times over while it is answered, up to 25 MB each.
  mutable http::Admission bodies_{/*limit=*/4, /*limit_per_ip=*/2};
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_DELIVERY_ROUTES_H_
