#ifndef KOZMIC_SERVICES_PROJECT_ACCESS_SYNC_WORKERS_H_
#define KOZMIC_SERVICES_PROJECT_ACCESS_SYNC_WORKERS_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/log.h"
#include "lib/base/worker.h"

namespace kozmic::project {

// Threads that do what is due, one piece at a time, for as long as there is some. Several processes
// may do so at once. What becomes due without a Wake is found within `idle`.
class SyncWorkers {
 public:
  struct Options {
    size_t threads = 2;
    absl::Duration idle = absl::Seconds(5);
  };

  // `next` does one piece and tells whether there was one; it is called by several threads at once.
  SyncWorkers(std::function<absl::StatusOr<bool>()> next, const Options& options) {
    const auto step = [next = std::move(next), idle = options.idle]() -> absl::Duration {
      const absl::StatusOr<bool> did = next();
      if (!did.ok()) Log(Severity::kWarning, "cannot look for work", {{"error", did.status()}});
      return did.ok() && *did ? absl::ZeroDuration() : idle;
    };
    for (size_t i = 0; i < options.threads; ++i) workers_.push_back(std::make_unique<Worker>(step));
  }

  // There is something to do. Thread-safe; returns at once.
  void Wake() {
    for (const auto& worker : workers_) worker->Wake();
  }
  // Ends after the pieces at hand. Idempotent.
  void Stop() {
    for (const auto& worker : workers_) worker->Stop();
  }

 private:
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_ACCESS_SYNC_WORKERS_H_
