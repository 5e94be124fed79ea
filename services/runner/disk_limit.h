#ifndef KOZMIC_SERVICES_RUNNER_DISK_LIMIT_H_
#define KOZMIC_SERVICES_RUNNER_DISK_LIMIT_H_

#include <cstdint>
#include <functional>
#include <stop_token>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/runner/job.h"

namespace kozmic::runner {

// Stops one job when it has written more than it may. It looks again and again, since no engine
// refuses the write itself on every kind of disk; the rarer, the more a look costs. Thread-safe.
class DiskLimit {
 public:
  struct Options {
    absl::Duration shortest_pause = absl::Seconds(2);
  };
  // What the job takes of the disk, in bytes. Gives up when it is to stop.
  using Measure = std::function<absl::StatusOr<int64_t>(const std::stop_token&)>;

  // `job` is not owned.
  DiskLimit(Job& job, int64_t most_bytes, Measure measure, Options options);
  // The job is not stopped afterwards.
  ~DiskLimit();

 private:
  void Run(const std::stop_token& stop);

  Job& job_;
  const int64_t most_bytes_;
  const Measure measure_;
  const Options options_;
  std::jthread thread_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_DISK_LIMIT_H_
