#ifndef KOZMIC_GATEWAY_JOB_ROUTES_H_
#define KOZMIC_GATEWAY_JOB_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// GET below /api/v1/projects/{project}/builds/{number}: what was tried of a job, what it runs, and
// what those that are enqueued wait for. Thread-safe.
class JobRoutes {
 public:
  // Neither is owned.
  JobRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void Attempts(http::Exchange& exchange) const;
  void Waits(http::Exchange& exchange) const;
  void Spec(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_JOB_ROUTES_H_
