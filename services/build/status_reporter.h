#ifndef KOZMIC_SERVICES_BUILD_STATUS_REPORTER_H_
#define KOZMIC_SERVICES_BUILD_STATUS_REPORTER_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/random.h"
#include "lib/base/worker.h"
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

  // Tells one status that is due, if any; returns the wait until more may be: the step of a Worker.
  // `claimed` is called before it is told: there may be more for others. Thread-safe.
  absl::Duration Step(const std::function<void()>& claimed = [] {});

 private:
  // What became of a post, for the outbox. Without `wait` it is not tried again.
  struct Result {
    StatusWish wish;
    std::string error;
    std::optional<absl::Duration> wait;
  };

  absl::Status Report(const StatusWish& wish);
  absl::Status Note(Result result);
  // A result that could not be noted would keep the wish claimed, and everybody waiting.
  absl::Status NoteTheRest();

  StatusOutbox& outbox_;
  const Post post_;
  Random& random_;
  absl::Mutex mutex_;
  // One a thread at most, since none posts before they are noted.
  std::deque<Result> unnoted_ ABSL_GUARDED_BY(mutex_);
};

// Threads that report at the same time, so that a slow answer holds up one of them only. The
// outbox sees to it that each commit has one of them at a time.
class StatusReporters {
 public:
  // `reporter` is not owned.
  StatusReporters(StatusReporter& reporter, size_t threads);
  // Waits for what is being told.
  ~StatusReporters();

  // There is something new in the outbox. Thread-safe; returns at once.
  void Wake();

 private:
  // Each wakes the one behind it when it has something to do.
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_STATUS_REPORTER_H_
