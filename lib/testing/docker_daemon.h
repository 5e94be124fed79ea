#ifndef KOZMIC_LIB_TESTING_DOCKER_DAEMON_H_
#define KOZMIC_LIB_TESTING_DOCKER_DAEMON_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lib/docker/docker_client.h"

namespace kozmic {

// A Docker engine of a test's own, which may be killed: with live-restore, in a network namespace
// of its own, from which no registry can be reached. Its containers and files are gone after the
// destructor. Not thread-safe.
class DockerDaemon {
 public:
  // Starts it and waits until it answers.
  static absl::StatusOr<std::unique_ptr<DockerDaemon>> Start() { return Start("{}"); }
  // `configuration`: its daemon.json.
  static absl::StatusOr<std::unique_ptr<DockerDaemon>> Start(const std::string& configuration);
  ~DockerDaemon();

  // "unix:///..."
  std::string host() const { return "unix://" + socket(); }
  docker::DockerClient& client() { return *client_; }

  // What it said, over all its starts.
  std::string Log() const;

  // KILL; containers run on.
  void Kill();
  // KILL, the containers too: as when the machine is switched off.
  void KillWithContainers();
  // After Kill: as if it had come before a container's start was noted, though it runs.
  void Forget(const std::string& container_id) const;
  // After Kill.
  absl::Status Restart();

  // STOP and CONT: it hangs meanwhile.
  void Pause() const;
  void Resume() const;

 private:
  explicit DockerDaemon(std::string folder);
  std::string socket() const { return folder_ + "/docker.sock"; }

  const std::string folder_;
  std::unique_ptr<docker::DockerClient> client_;
  pid_t pid_ = -1;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_TESTING_DOCKER_DAEMON_H_
