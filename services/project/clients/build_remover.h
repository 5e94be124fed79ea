#ifndef KOZMIC_SERVICES_PROJECT_CLIENTS_BUILD_REMOVER_H_
#define KOZMIC_SERVICES_PROJECT_CLIENTS_BUILD_REMOVER_H_

#include <cstdint>

#include "absl/status/statusor.h"

namespace kozmic::project {

// Who has the builds of projects. Thread-safe.
class BuildRemover {
 public:
  virtual ~BuildRemover() = default;

  // Removes some of what there is of a project, and lets nothing new be; true once nothing is left.
  // Errors: as BuildService.DeleteProject.
  virtual absl::StatusOr<bool> RemoveSome(int64_t project_id) = 0;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CLIENTS_BUILD_REMOVER_H_
