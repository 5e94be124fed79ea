#ifndef KOZMIC_GATEWAY_BUILD_ROUTES_H_
#define KOZMIC_GATEWAY_BUILD_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/log_download.h"
#include "gateway/sessions.h"
#include "lib/http/admission.h"
#include "lib/http/exchange.h"

namespace kozmic::gateway {

// Builds and their logs' stored bytes. Thread-safe.
class BuildRoutes {
 public:
  // Neither is owned.
  BuildRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // GET /api/v1/projects/{project}/builds
  void List(http::Exchange& exchange) const;
  // GET /api/v1/projects/{project}/builds/latest
  void Latest(http::Exchange& exchange) const;
  // GET /api/v1/projects/{project}/builds/{number}
  void Get(http::Exchange& exchange) const;
  // GET /api/v1/projects/{project}/builds/{number}/jobs/{job}/log
  void Log(http::Exchange& exchange) const;

 private:
  const Backends& backends_;
  const Sessions& sessions_;
  mutable http::Admission downloads_{kMostDownloads, kMostDownloadsOfOne};
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_BUILD_ROUTES_H_
