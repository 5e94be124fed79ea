#ifndef KOZMIC_GATEWAY_QUEUE_ROUTES_H_
#define KOZMIC_GATEWAY_QUEUE_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// How administrators change the queue: moving jobs, and holding projects back. Thread-safe.
class QueueRoutes {
 public:
  // Neither is owned.
  QueueRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void MoveJob(http::Exchange& exchange) const;
  void ListPaused(http::Exchange& exchange) const;
  void Pause(http::Exchange& exchange) const;
  void Resume(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_QUEUE_ROUTES_H_
