#ifndef KOZMIC_SERVICES_BUILD_LEASE_SWEEPER_H_
#define KOZMIC_SERVICES_BUILD_LEASE_SWEEPER_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/worker.h"
#include "services/build/lease_store.h"

namespace kozmic::build {

// What a log was sealed at.
struct SealedLog {
  int64_t size = 0;
  std::string sha256;
};

// Deals with attempts whose runner is lost: seals what there is of their log, then requeues the job
// or ends it with an error.
class LeaseSweeper {
 public:
  // Seals a log at its current size. Idempotent.
  using Seal = std::function<absl::StatusOr<SealedLog>(const std::string& log)>;

  // `store` and `clock` are not owned. No lease is declared lost before `grace` has passed since
  // this start or since the database was last away: until then no runner could renew.
  LeaseSweeper(LeaseStore& store, const Clock& clock, Seal seal, absl::Duration grace);

  // One round, as the worker does it; for tests. Returns the wait until the next.
  absl::Duration Sweep();

 private:
  absl::Status DealWith(const LostAttempt& lost);

  LeaseStore& store_;
  const Clock& clock_;
  const Seal seal_;
  const absl::Duration grace_;
  absl::Time not_before_;
  Worker worker_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_LEASE_SWEEPER_H_
