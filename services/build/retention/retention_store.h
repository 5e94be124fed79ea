#ifndef KOZMIC_SERVICES_BUILD_RETENTION_RETENTION_STORE_H_
#define KOZMIC_SERVICES_BUILD_RETENTION_RETENTION_STORE_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/postgres/pool.h"
#include "services/build/attempt_key.h"

namespace kozmic::build {

// Knows which logs are no longer to be kept, by ProjectSettings. Time is the database's clock.
// Thread-safe; any number of replicas on the same database. Statuses: UNAVAILABLE or the like.
class RetentionStore {
 public:
  virtual ~RetentionStore() = default;

  // Ended attempts whose logs are beyond their project's limits and still kept, at most `most`.
  virtual absl::StatusOr<std::vector<AttemptKey>> FindExpired(int most) = 0;
  // Their logs' bytes are gone. Idempotent.
  virtual absl::Status MarkExpired(const std::vector<AttemptKey>& attempts) = 0;
};

// `pool` is not owned.
std::unique_ptr<RetentionStore> NewPostgresRetentionStore(PostgresPool& pool);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_RETENTION_RETENTION_STORE_H_
