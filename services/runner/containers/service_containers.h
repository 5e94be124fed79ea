#ifndef KOZMIC_SERVICES_RUNNER_CONTAINERS_SERVICE_CONTAINERS_H_
#define KOZMIC_SERVICES_RUNNER_CONTAINERS_SERVICE_CONTAINERS_H_

#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "lib/docker/docker_client.h"
#include "services/runner/containers/job_containers.h"
#include "services/runner/job.h"
#include "services/runner/job_folder.h"
#include "services/runner/log/log_mask.h"
#include "services/runner/network/job_network.h"

namespace kozmic::runner {

// The containers that run beside one attempt's script, on the job's network. They have the same
// limits and rights as the script's container, and nothing of the host's. Any process of this
// runner finds those of the process before it by their names. Thread-safe.
class ServiceContainers {
 public:
  // Nothing is owned.
  ServiceContainers(const docker::DockerClient& docker, const ContainerPolicy& policy, Job& job,
                    JobFolder& folder, const JobNetwork& network, LogMask& mask);
  ~ServiceContainers();

  // Makes a service's image be here; its id.
  using Pull = std::function<absl::StatusOr<std::string>(const v1::Service& service)>;

  // Starts all, side by side; the network must be there. The error names the service.
  absl::Status Start(const Pull& pull) const;

  // From now on the log is told when a service ends before it has to, whichever process sees it,
  // with the end of what it wrote: once, unless the process is killed at that very line.
  void Watch();
  // Tells the log no more by itself. Idempotent.
  void StopWatching();
  // For a script that failed: tells the log the end of what each service wrote that has not ended.
  // Stops watching.
  void TellOfFailure();

  // What the containers are called.
  std::vector<std::string> Names() const;

  // Removes all and their network, and stops watching. OK when there is none of ours.
  absl::Status Remove();

 private:
  std::string NameOf(const v1::Service& service) const;
  absl::Status StartOne(const v1::Service& service, const Pull& pull) const;
  void WatchOne(const v1::Service& service, const std::stop_token& stop);
  // How a service ended, with the end of its log.
  void TellOfEnd(const v1::Service& service);
  // The end of a service's log as lines of the job's, each with the service's name before it; or
  // why there is none.
  std::string Tail(const v1::Service& service);
  // Whole lines, whatever the script's last one lacks.
  void Say(absl::string_view lines);

  const docker::DockerClient& docker_;
  const ContainerPolicy& policy_;
  Job& job_;
  JobFolder& folder_;
  const JobNetwork& network_;
  LogMask& mask_;
  absl::Mutex watchers_mutex_;
  std::vector<std::jthread> watchers_ ABSL_GUARDED_BY(watchers_mutex_);
  absl::Mutex mutex_;
  // Names of services whose end was told.
  std::set<std::string> ended_ ABSL_GUARDED_BY(mutex_);
  bool failure_told_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_CONTAINERS_SERVICE_CONTAINERS_H_
