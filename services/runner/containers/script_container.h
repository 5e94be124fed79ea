#ifndef KOZMIC_SERVICES_RUNNER_CONTAINERS_SCRIPT_CONTAINER_H_
#define KOZMIC_SERVICES_RUNNER_CONTAINERS_SCRIPT_CONTAINER_H_

#include <cstdint>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/docker/docker_client.h"
#include "services/runner/containers/job_containers.h"
#include "services/runner/job.h"
#include "services/runner/job_folder.h"
#include "services/runner/network/job_network.h"

namespace kozmic::runner {

// The container of one attempt's script. Not thread-safe, but that Start may meet Watch and Signal.
class ScriptContainer {
 public:
  // Nothing is owned.
  ScriptContainer(const docker::DockerClient& docker, const ContainerPolicy& policy, Job& job,
                  const JobFolder& folder, const JobNetwork& network);
  ~ScriptContainer();

  // What its script is. Of an install script, what it leaves in its home is not kept, and it is not
  // in the job's network.
  enum class Purpose { kScript, kInstall };

  std::string Name() const;

  // What Start makes of.
  docker::ContainerSpec Spec(absl::string_view image, Purpose purpose = Purpose::kScript) const;

  // Makes and starts a container; kozmic-init in it waits for JobFolder::Go. The job's network must
  // be there. ALREADY_EXISTS when somebody else's has its name.
  absl::Status Start(absl::string_view image, Purpose purpose = Purpose::kScript);
  // Finds the container that an earlier process started. NOT_FOUND when there is none.
  absl::StatusOr<docker::ContainerInfo> Find();
  // Begins to post kContainerGone and kEngineAway to the job. The engine may be away for a while,
  // as when it is restarted.
  void Watch();
  // Sends a signal to kozmic-init. Returns at once, however long the engine takes.
  void Signal(absl::string_view signal);
  // Whether the kernel ended something in it for want of memory.
  bool OutOfMemory() const;
  // OK when there is none of ours.
  absl::Status Remove();

 private:
  void WatchUntilGone(const std::stop_token& stop);

  const docker::DockerClient& docker_;
  const ContainerPolicy& policy_;
  Job& job_;
  const JobFolder& folder_;
  const JobNetwork& network_;
  std::jthread watcher_;
  // Signals that the engine may not have taken yet.
  std::vector<std::future<void>> signals_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_CONTAINERS_SCRIPT_CONTAINER_H_
