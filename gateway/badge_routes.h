#ifndef KOZMIC_GATEWAY_BADGE_ROUTES_H_
#define KOZMIC_GATEWAY_BADGE_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// Badges: the image that everyone may see (/badges/{owner}/{repository}/{branch}) and, below
// /api/v1/projects/{project}/badge, what a page needs to show it. Thread-safe.
class BadgeRoutes {
 public:
  // Neither is owned.
  BadgeRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void Image(http::Exchange& exchange) const;
  void Get(http::Exchange& exchange) const;
  void Reset(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_BADGE_ROUTES_H_
