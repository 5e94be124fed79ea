#ifndef KOZMIC_GATEWAY_SETTINGS_FILE_SETTINGS_FILE_ROUTES_H_
#define KOZMIC_GATEWAY_SETTINGS_FILE_SETTINGS_FILE_ROUTES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/backends.h"
#include "gateway/sessions.h"
#include "gateway/settings_file/settings_file.h"
#include "gateway/settings_file/settings_plan.h"
#include "lib/http/admission.h"
#include "lib/http/exchange.h"
#include "lib/http/hardened_server.h"

namespace kozmic::gateway {

// /api/v1/projects/{project}/settings/file: what a project has been set to, as a file, and such a
// file applied to a project. Thread-safe.
class SettingsFileRoutes {
 public:
  // Neither is owned.
  SettingsFileRoutes(const Backends& backends, const Sessions& sessions)
      : backends_(backends), sessions_(sessions) {}

  // This must outlive `server`.
  void AddTo(http::HardenedServer& server) const;

 private:
  void Export(http::Exchange& exchange) const;
  void Apply(http::Exchange& exchange) const;

  // Nothing, after answering why.
  std::optional<ProjectConfiguration> Configuration(http::Exchange& exchange,
                                                    const std::string& project,
                                                    const std::string& bearer) const;
  // Makes the hooks as ProjectService would keep them, or says which it refuses.
  absl::Status Normalise(std::vector<project::v1::Hook>& hooks, const std::string& project,
                         const std::string& bearer) const;
  struct Carried {
    absl::Status status = {};
    size_t done = 0;
  };
  // Step by step until one fails or the time is over. Each may be repeated; what was done stays.
  Carried Carry(const SettingsPlan& plan, const std::string& project, const std::string& bearer,
                absl::Time end) const;
  absl::Status Carry(const SettingsPlan::HookStep& step, const std::string& project,
                     const std::string& bearer, absl::Duration timeout) const;

  const Backends& backends_;
  const Sessions& sessions_;
  // Who applies a file: the parser may take 250 bytes for one of it. By sessions, not addresses.
  mutable http::Admission places_{/*limit=*/2, /*limit_per_ip=*/1};
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_SETTINGS_FILE_SETTINGS_FILE_ROUTES_H_
