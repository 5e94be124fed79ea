#ifndef KOZMIC_SERVICES_RUNNER_NETWORK_JOB_NETWORK_H_
#define KOZMIC_SERVICES_RUNNER_NETWORK_JOB_NETWORK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/docker/docker_client.h"
#include "services/runner/containers/job_containers.h"
#include "services/runner/job.h"
#include "services/runner/network/jobs_network.h"

namespace kozmic::runner {

// The network of a job that has services: its containers reach each other there by name, and
// nobody else's. What they reach outside is what the runner's jobs do: where an administrator chose
// a network for them, they are in that one too, and their own leads nowhere. Thread-safe.
class JobNetwork {
 public:
  // Nothing is owned.
  JobNetwork(const docker::DockerClient& docker, const ContainerPolicy& policy, const Job& job);

  // Whether the job has one. All others of these do nothing when it has none.
  bool wanted() const { return wanted_; }

  // Makes it; idempotent. FAILED_PRECONDITION when the runner's jobs have a network in which this
  // cannot be.
  absl::Status Make() const;
  // Makes and starts a container in it, in place of what is left of its name. The id.
  absl::StatusOr<std::string> Start(docker::ContainerSpec spec, const std::string& name,
                                    const std::string& alias) const;
  // Once its containers are gone. OK when there is none of ours.
  absl::Status Remove() const;

 private:
  const docker::DockerClient& docker_;
  const ContainerPolicy& policy_;
  const Job& job_;
  // Where the job would be without it.
  const JobsNetwork& outer_;
  const bool wanted_;
  const std::string name_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_NETWORK_JOB_NETWORK_H_
