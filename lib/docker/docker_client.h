#ifndef KOZMIC_LIB_DOCKER_DOCKER_CLIENT_H_
#define KOZMIC_LIB_DOCKER_DOCKER_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/docker/container_spec.h"
#include "lib/docker/engine_http.h"
#include "lib/docker/image_reference.h"
#include "lib/docker/pull_stream.h"

namespace kozmic::docker {

struct EngineVersion {
  std::string engine;
  std::string api;
  // Of the container runtime "runc"; empty when the engine does not say.
  std::string runc;
};

// What the engine's kernel can limit.
struct EngineLimits {
  bool memory = false;
  bool cpus = false;
  bool pids = false;
  int64_t cpu_count = 0;
};

// How the engine can keep containers apart from its machine.
struct EngineIsolation {
  // Names of the container runtimes that it knows: "runc", "runsc", ...
  std::vector<std::string> runtimes;
  // The engine itself runs without root's rights.
  bool rootless = false;
  // Containers' root is another user of the machine (userns-remap).
  bool remaps_users = false;
};

struct ImageInfo {
  // "sha256:..."
  std::string id = {};
  std::map<std::string, std::string> labels = {};
  // When it last got a name, also one that it had.
  absl::Time tag_time = absl::InfinitePast();
};

struct ImageSummary {
  std::string id;
  // "repository:tag", any number.
  std::vector<std::string> tags;
  std::map<std::string, std::string> labels;
  absl::Time create_time;
};

struct RegistryAuth {
  std::string username;
  std::string password;
};

struct ContainerInfo {
  std::string id;
  std::string name;
  std::string image_id;
  std::map<std::string, std::string> labels;
  // "created", "running", "paused", "restarting", "removing", "exited", "dead"
  std::string state;
  bool running = false;
  int64_t exit_code = 0;
  bool oom_killed = false;
  // Docker's reason when it could not run the container.
  std::string error;
};

// What a container takes of the engine's disk.
struct DiskUse {
  // Beyond its image, and outside what is mounted in it.
  int64_t written_bytes = 0;
  // The engine's folders of its volumes.
  std::vector<std::string> volume_folders;
  // Of its first process, as the engine's machine has it; 0: it does not run.
  int64_t pid = 0;
};

struct NetworkSpec {
  std::string name;
  std::map<std::string, std::string> labels;
  // Its containers reach each other and nothing else, not even the host.
  bool internal = false;
  // What the host calls its bridge, at most 15 characters; empty: a name of Docker's.
  std::string bridge = {};
  // Its containers do not reach each other.
  bool apart = false;
};

struct NetworkSummary {
  std::string id;
  std::string name;
  std::map<std::string, std::string> labels;
};

struct ContainerSummary {
  std::string id;
  std::string state;
  std::map<std::string, std::string> labels;
  absl::Time create_time;
};

// A Docker engine, through its API on a Unix socket; no docker command is needed. Thread-safe.
//
// Every call has a deadline. Errors are those of EngineHttp::Call with Docker's own message, and
// what a method adds to them.
class DockerClient {
 public:
  // `host`: "unix:///path/to/docker.sock". INVALID_ARGUMENT for anything else. Does not connect.
  static absl::StatusOr<std::unique_ptr<DockerClient>> Create(absl::string_view host);

  explicit DockerClient(std::string socket_path) : http_(std::move(socket_path)) {}

  // OK when the engine answers within `timeout`.
  absl::Status Ping(absl::Duration timeout) const;
  // FAILED_PRECONDITION, naming both versions, when the engine does not speak our API version.
  absl::StatusOr<EngineVersion> CheckVersion() const;

  absl::StatusOr<EngineLimits> GetLimits() const;
  absl::StatusOr<EngineIsolation> GetIsolation() const;

  // NOT_FOUND when the image is not here. `reference`: any name, or an id.
  absl::StatusOr<ImageInfo> InspectImage(absl::string_view reference) const;
  // Pulls one image. Errors: see TransferError. Cancellable; `timeout` is for the whole.
  absl::Status PullImage(const ImageReference& reference, const RegistryAuth* auth,
                         absl::Duration timeout, std::stop_token stop,
                         std::function<void(const TransferProgress&)> progress) const;
  absl::Status TagImage(absl::string_view source, const ImageReference& target) const;
  absl::Status PushImage(const ImageReference& reference, const RegistryAuth* auth,
                         absl::Duration timeout, std::stop_token stop,
                         std::function<void(const TransferProgress&)> progress) const;
  // All images that carry the label `key`, or `key=value` with a value.
  absl::StatusOr<std::vector<ImageSummary>> ListImages(absl::string_view label) const;
  // Makes an image of what a container that does not run has changed: without what is mounted in
  // it. Returns its id. The labels are added to the container's. Cancellable.
  absl::StatusOr<std::string> CommitContainer(absl::string_view id, const ImageReference& target,
                                              const std::map<std::string, std::string>& labels,
                                              std::stop_token stop) const;
  // Makes an image of nothing but labels, whose values must be plain words.
  absl::Status MakeEmptyImage(const ImageReference& target,
                              const std::map<std::string, std::string>& labels) const;
  // OK when it is gone already.
  absl::Status RemoveImage(absl::string_view reference, bool force) const;

  // Returns the id. NOT_FOUND when the image is not here. `name` may be empty; FAILED_PRECONDITION
  // when another container has it.
  absl::StatusOr<std::string> CreateContainer(const ContainerSpec& spec,
                                              absl::string_view name) const;
  // OK when it runs already.
  absl::Status StartContainer(absl::string_view id) const;
  // Waits until the container does not run, and returns its exit code. NOT_FOUND when there is no
  // such container. Cancellable. UNAVAILABLE when the engine goes away meanwhile.
  absl::StatusOr<int64_t> WaitContainer(absl::string_view id, absl::Duration timeout,
                                        std::stop_token stop) const;
  // Sends a signal ("TERM") to its first process. FAILED_PRECONDITION when it does not run.
  absl::Status KillContainer(absl::string_view id, absl::string_view signal) const;
  // TERM, after `grace` KILL. OK when it does not run.
  absl::Status StopContainer(absl::string_view id, absl::Duration grace) const;
  // Kills the container if it runs and removes it with its anonymous volumes. OK when it is gone
  // already, or is being removed.
  absl::Status RemoveContainer(absl::string_view id) const;
  absl::StatusOr<ContainerInfo> InspectContainer(absl::string_view id) const;
  // The engine looks at every file that the container has written. Cancellable. NOT_FOUND.
  absl::StatusOr<DiskUse> MeasureContainer(absl::string_view id, std::stop_token stop) const;
  // All containers, running or not, that carry the label `key`, or `key=value` with a value; every
  // container when it is empty.
  absl::StatusOr<std::vector<ContainerSummary>> ListContainers(absl::string_view label) const;

  // The end of what a container wrote to its output and error output, as far as the engine kept it
  // (ContainerSpec::log_bytes): at most so many lines, and bytes. NOT_FOUND.
  absl::StatusOr<std::string> TailLog(absl::string_view id, int lines, size_t bytes,
                                      absl::Duration timeout) const;

  // Makes a bridge network; returns its id. FAILED_PRECONDITION when there is one of the name.
  absl::StatusOr<std::string> CreateNetwork(const NetworkSpec& spec) const;
  // Adds a container, which need not run, to one more network; `alias`: what its other containers
  // call it; may be empty.
  absl::Status ConnectNetwork(absl::string_view network, absl::string_view container,
                              absl::string_view alias) const;
  // OK when it is gone already. PERMISSION_DENIED while a container is in it that runs.
  absl::Status RemoveNetwork(absl::string_view network) const;
  // NOT_FOUND.
  absl::StatusOr<NetworkSummary> InspectNetwork(absl::string_view network) const;
  // All networks that carry the label `key`, or `key=value` with a value.
  absl::StatusOr<std::vector<NetworkSummary>> ListNetworks(absl::string_view label) const;

  const EngineHttp& http() const { return http_; }

 private:
  const EngineHttp http_;
};

}  // namespace kozmic::docker

#endif  // KOZMIC_LIB_DOCKER_DOCKER_CLIENT_H_
