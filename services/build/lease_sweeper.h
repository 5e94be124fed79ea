#ifndef KOZMIC_SERVICES_BUILD_LEASE_SWEEPER_H_
#define KOZMIC_SERVICES_BUILD_LEASE_SWEEPER_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
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
  // this start, since the database was last away, or since this process (or its machine, or the
  // database) last stood still: until then runners could not renew.
  LeaseSweeper(LeaseStore& store, const Clock& clock, Seal seal, absl::Duration grace);

  // One round; returns the wait until the next: the step of a Worker. By one thread at a time.
  absl::Duration Sweep();

 private:
  // Whether renewals can be relied on to have come through of late.
  bool RunnersCouldRenew();
  absl::Status DealWith(const LostAttempt& lost);

  LeaseStore& store_;
  const Clock& clock_;
  const Seal seal_;
  const absl::Duration grace_;
  absl::Time not_before_;
  absl::Time expected_by_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_LEASE_SWEEPER_H_
