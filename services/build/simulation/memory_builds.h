#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_BUILDS_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_BUILDS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/build/simulation/memory_database.h"

namespace kozmic::build::simulation {

// What webhooks and people do to builds: of BuildStore, ControlStore and AdminStore calls that
// change something, on a MemoryDatabase, with their contract.
class MemoryBuilds {
 public:
  explicit MemoryBuilds(MemoryDatabase& database) : db_(database) {}

  // Answers the build's number.
  absl::StatusOr<int64_t> Create(int64_t project, const v1::CreateBuildRequest& request);
  absl::Status Cancel(int64_t project, int64_t number, int64_t job, absl::string_view reason);
  // Everything of the build that can be; `failed_only` leaves out what succeeded.
  absl::Status Restart(int64_t project, int64_t number, bool failed_only);
  absl::Status Approve(int64_t project, int64_t number, absl::string_view commit,
                       absl::string_view approver);
  absl::Status SetPaused(int64_t project, bool paused);
  absl::Status UpdateSettings(int64_t project, const v1::ProjectSettings& settings);

 private:
  void Supersede(const BuildRow& newer, bool of_branch);

  MemoryDatabase& db_;
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_BUILDS_H_
