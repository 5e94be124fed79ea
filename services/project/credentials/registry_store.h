#ifndef KOZMIC_SERVICES_PROJECT_CREDENTIALS_REGISTRY_STORE_H_
#define KOZMIC_SERVICES_PROJECT_CREDENTIALS_REGISTRY_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/history/change.h"

namespace kozmic::project {

struct RegistryRecord {
  // As docker::ParseRegistry has it.
  std::string registry = {};
  std::string username = {};
  std::string sealed_password = {};
  absl::Time update_time = {};
};

// Where projects' credentials of image registries are kept, and in the projects' history who
// changed them. Thread-safe, also between processes. All may fail as PostgresPool does, besides
// what each method names.
class RegistryStore {
 public:
  virtual ~RegistryStore() = default;

  // Adds or replaces; dates it. NOT_FOUND when the project has gone; RESOURCE_EXHAUSTED when it
  // would have more than `most`.
  virtual absl::StatusOr<RegistryRecord> Set(int64_t project_id, const RegistryRecord& record,
                                             int64_t most, const Author& by) = 0;
  // By registry.
  virtual absl::StatusOr<std::vector<RegistryRecord>> List(int64_t project_id) = 0;
  // NOT_FOUND.
  virtual absl::Status Delete(int64_t project_id, const std::string& registry,
                              const Author& by) = 0;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CREDENTIALS_REGISTRY_STORE_H_
