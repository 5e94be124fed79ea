#ifndef KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_STATUS_OUTBOX_H_
#define KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_STATUS_OUTBOX_H_

#include <vector>

#include "services/build/simulation/memory_database.h"

namespace kozmic::build::simulation {

// StatusOutbox on a MemoryDatabase, by the rules of the one on PostgreSQL. Not thread-safe.
class MemoryStatusOutbox final : public StatusOutbox {
 public:
  explicit MemoryStatusOutbox(MemoryDatabase& database) : db_(database) {}

  absl::StatusOr<std::vector<StatusWish>> Claim(int limit, absl::Duration claim) override;
  absl::StatusOr<absl::Duration> UntilNextDue() override;
  absl::Status Done(const StatusWish& wish, absl::string_view error) override;
  absl::Status Failed(const StatusWish& wish, absl::string_view error,
                      absl::Duration wait) override;

 private:
  // Gives it back; without one the newest wish is due once more.
  bool HasClaim(const StatusWish& wish);

  MemoryDatabase& db_;
};

}  // namespace kozmic::build::simulation

#endif  // KOZMIC_SERVICES_BUILD_SIMULATION_MEMORY_STATUS_OUTBOX_H_
