#ifndef KOZMIC_SERVICES_BUILD_STATUS_REPORTER_H_
#define KOZMIC_SERVICES_BUILD_STATUS_REPORTER_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/base/random.h"
#include "services/build/status_outbox.h"

namespace kozmic::build {

// Tells GitHub, by way of ProjectService, what the outbox wishes; tries again until it is told.
class StatusReporter {
 public:
  // Posts one status, within the claim's time. Must be idempotent: after a crash it is repeated.
  using Post = std::function<absl::Status(const StatusWish& wish)>;

  static constexpr absl::Duration kClaim = absl::Seconds(60);

  // `outbox` and `random` are not owned.
  StatusReporter(StatusOutbox& outbox, Post post, Random& random);

  // Tells what is due; returns the wait until more may be: the step of a Worker. By one thread at a
  // time.
  absl::Duration Step();

 private:
  absl::Status Report(const StatusWish& wish);

  StatusOutbox& outbox_;
  const Post post_;
  Random& random_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_STATUS_REPORTER_H_
