#ifndef KOZMIC_SERVICES_RUNNER_NETWORK_RUNNER_NETWORKS_H_
#define KOZMIC_SERVICES_RUNNER_NETWORK_RUNNER_NETWORKS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/docker/docker_client.h"
#include "services/runner/network/firewall.h"
#include "services/runner/network/jobs_network.h"

namespace kozmic::runner {

// The networks that a runner has made for its jobs, and the firewall around them. They outlive the
// process: containers of its jobs may be in them. Not thread-safe.
class RunnerNetworks {
 public:
  struct Options {
    std::string runner;
    // Docker's, or an administrator's, for all jobs; empty: the runner makes what the rest asks
    // for.
    std::string network;
    // Whether they reach the public internet alone: jobs, those of forks.
    bool jobs_public_only = false;
    bool forks_public_only = false;
    // Ranges that jobs reach nevertheless, but for those of forks.
    std::vector<std::string> allowed;
  };

  // Makes what is not there, or takes over what an earlier process has made. The engine must
  // answer. `docker` is not owned.
  static absl::StatusOr<std::unique_ptr<RunnerNetworks>> Start(const docker::DockerClient& docker,
                                                               const Options& options);

  const JobsNetwork& jobs() const { return jobs_; }
  const JobsNetwork& forks() const { return forks_; }

  // OK, or why jobs would reach what they must not. Thread-safe.
  absl::Status status() const;

  // Removes networks and firewall when no containers are in them.
  void Remove();

 private:
  explicit RunnerNetworks(const docker::DockerClient& docker) : docker_(docker) {}

  // Makes one network, whose containers do not reach each other.
  absl::Status Make(const std::string& name, const std::string& runner, const std::string& bridges);

  const docker::DockerClient& docker_;
  JobsNetwork jobs_;
  JobsNetwork forks_;
  std::vector<std::string> made_;
  std::unique_ptr<Firewall> firewall_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_NETWORK_RUNNER_NETWORKS_H_
