#ifndef KOZMIC_SERVICES_RUNNER_SCRIPT_CONTAINER_H_
#define KOZMIC_SERVICES_RUNNER_SCRIPT_CONTAINER_H_

#include <cstdint>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/docker/docker_client.h"
#include "services/runner/job.h"
#include "services/runner/job_folder.h"

namespace kozmic::runner {

// What all containers of a runner have in common.
struct ContainerPolicy {
  std::string runner;
  // kozmic-init, where the Docker engine finds it.
  std::string init_path;
  // 0: no limit.
  int64_t memory_bytes = int64_t{4} << 30;
  int64_t nano_cpus = 2'000'000'000;
  int64_t pids_limit = 512;
  std::string network_mode;
};

// Labels by which a runner knows its containers again.
inline constexpr char kRunnerLabel[] = "kozmic.runner";
inline constexpr char kAttemptLabel[] = "kozmic.attempt";
// JobFolder::IdOf.
inline constexpr char kIdLabel[] = "kozmic.id";

// The container of one attempt. Not thread-safe, but that Start may meet Watch and Signal.
class ScriptContainer {
 public:
  // Nothing is owned.
  ScriptContainer(const docker::DockerClient& docker, const ContainerPolicy& policy, Job& job,
                  const JobFolder& folder);
  ~ScriptContainer();

  // The container's name, for a JobFolder::id of a runner: several share a Docker engine.
  static std::string NameOf(absl::string_view runner, absl::string_view id);

  // Makes and starts a container; kozmic-init in it waits for JobFolder::Go. ALREADY_EXISTS when
  // somebody else's has its name.
  absl::Status Start(absl::string_view image);
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
  docker::ContainerSpec Spec(absl::string_view image) const;
  // Removes the container of our name. ALREADY_EXISTS when it is somebody else's.
  absl::Status RemoveNamesake() const;
  std::string Name() const;

  const docker::DockerClient& docker_;
  const ContainerPolicy& policy_;
  Job& job_;
  const JobFolder& folder_;
  std::jthread watcher_;
  // Signals that the engine may not have taken yet.
  std::vector<std::future<void>> signals_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_SCRIPT_CONTAINER_H_
