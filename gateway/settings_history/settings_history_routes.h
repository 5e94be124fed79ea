#ifndef KOZMIC_GATEWAY_SETTINGS_HISTORY_SETTINGS_HISTORY_ROUTES_H_
#define KOZMIC_GATEWAY_SETTINGS_HISTORY_SETTINGS_HISTORY_ROUTES_H_

#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// /api/v1/projects/{project}/settings/changes…: who changed what in a project's settings, of all
// services that keep them. Thread-safe.
class SettingsHistoryRoutes {
 public:
  // Neither is owned.
  SettingsHistoryRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void List(http::Exchange& exchange) const;
  void Get(http::Exchange& exchange) const;

  const Backends& backends_;
  const Sessions& sessions_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_SETTINGS_HISTORY_SETTINGS_HISTORY_ROUTES_H_
