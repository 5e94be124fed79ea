#ifndef KOZMIC_SERVICES_BUILD_DELETION_STORE_H_
#define KOZMIC_SERVICES_BUILD_DELETION_STORE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kozmic::build {

// Removes what is known of a project, among everything else that goes on. Thread-safe; any number
// of replicas may remove the same project at once. UNAVAILABLE when the database is away.
class DeletionStore {
 public:
  virtual ~DeletionStore() = default;

  // Marks the project as deleted, for good: when this returns, nothing of it is changed or read any
  // more by BuildStore, LeaseStore and StatusOutbox of any replica, and nothing is added to it.
  // Idempotent; also for a project that was never built.
  virtual absl::Status MarkDeleted(int64_t project) = 0;

  // Removes a part of a project that is marked, the newest builds first: at most 20 builds,
  // 1,000 statuses and 1,000 notices, so that it is over soon. True: nothing is left but the mark.
  virtual absl::StatusOr<bool> RemovePart(int64_t project) = 0;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_DELETION_STORE_H_
