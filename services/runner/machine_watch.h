#ifndef KOZMIC_SERVICES_RUNNER_MACHINE_WATCH_H_
#define KOZMIC_SERVICES_RUNNER_MACHINE_WATCH_H_

#include <functional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/worker.h"
#include "lib/docker/docker_client.h"

namespace kozmic::runner {

// Looks now and then whether this machine is fit for jobs: whether its Docker engine answers,
// whether there is room on the disk of the work folder, and whether the jobs' network is as it has
// to be. Thread-safe.
class MachineWatch {
 public:
  struct Options {
    std::string work_folder;
    // Too little room: when less than this part of the disk is free, and less than that.
    double least_free_part = 0.1;
    int64_t least_free_bytes = int64_t{10} << 30;
    // OK, or a sentence about the network. Must be quick.
    std::function<absl::Status()> network = [] { return absl::OkStatus(); };
    // An engine that hangs is noticed after their sum at the latest.
    absl::Duration interval = absl::Seconds(5);
    absl::Duration ping_timeout = absl::Seconds(10);
  };

  // `changed` is called on the watch's thread with status() whenever that becomes, or ceases to be,
  // OK; it is at first. `docker` must outlive this.
  MachineWatch(const docker::DockerClient& docker, Options options,
               std::function<void(const absl::Status&)> changed);

  // OK, or a sentence about what is wrong.
  absl::Status status() const;
  // Nothing is called afterwards. Idempotent.
  void Stop() { worker_.Stop(); }

 private:
  absl::Duration Step();
  absl::Status Look() const;

  const docker::DockerClient& docker_;
  const Options options_;
  const std::function<void(const absl::Status&)> changed_;
  mutable absl::Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  Worker worker_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_MACHINE_WATCH_H_
