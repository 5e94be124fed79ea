#include "services/runner/containers/job_containers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/status/macros.h"
#include "services/runner/job_folder.h"

namespace kozmic::runner {
namespace {

// Removes the container of a name. ALREADY_EXISTS when it is somebody else's.
absl::Status RemoveNamesake(const docker::DockerClient& docker, const ContainerPolicy& policy,
                            const std::string& name) {
  const auto namesake = docker.InspectContainer(name);
  if (absl::IsNotFound(namesake.status())) return absl::OkStatus();
  if (!namesake.ok()) return namesake.status();
  const auto runner = namesake->labels.find(kRunnerLabel);
  if (runner == namesake->labels.end() || runner->second != policy.runner) {
    return absl::AlreadyExistsError(
        absl::StrCat("a container that is not this runner's has the name ", name));
  }
  return docker.RemoveContainer(namesake->id);
}

}  // namespace

std::string NameOfJob(absl::string_view runner, absl::string_view id) {
  return absl::StrCat("kozmic-", runner, "-", id);
}

Profile ProfileOf(const ContainerPolicy& policy, const v1::JobSpec& job) {
  // A fork's job never gets less than others.
  return job.fork() ? std::max(policy.profile, policy.fork_profile) : policy.profile;
}

const JobsNetwork& NetworkOf(const ContainerPolicy& policy, const v1::JobSpec& job) {
  return job.fork() ? policy.fork_network : policy.network;
}

std::map<std::string, std::string> LabelsOf(const ContainerPolicy& policy, const v1::Lease& lease) {
  return {{kRunnerLabel, policy.runner},
          {kAttemptLabel, lease.attempt()},
          {kIdLabel, JobFolder::IdOf(lease)}};
}

docker::ContainerSpec CommonSpec(const ContainerPolicy& policy, const v1::Lease& lease) {
  docker::ContainerSpec spec;
  spec.labels = LabelsOf(policy, lease);
  spec.memory_bytes = policy.memory_bytes;
  spec.nano_cpus = policy.nano_cpus;
  spec.pids_limit = policy.pids_limit;
  if (ProfileOf(policy, lease.spec()) == Profile::kIsolated) spec.runtime = policy.runtime;
  spec.network_mode = NetworkOf(policy, lease.spec()).mode;
  // What sudo, su and package managers need, and no more.
  spec.drop_capabilities = {"ALL"};
  spec.add_capabilities = {
      "AUDIT_WRITE", "CHOWN",  "DAC_OVERRIDE", "FOWNER",     "FSETID",
      "KILL",        "SETGID", "SETUID",       "SYS_CHROOT", "NET_BIND_SERVICE"};
  return spec;
}

absl::StatusOr<std::string> CreateOwnContainer(const docker::DockerClient& docker,
                                               const ContainerPolicy& policy,
                                               const docker::ContainerSpec& spec,
                                               const std::string& name) {
  auto id = docker.CreateContainer(spec, name);
  if (!absl::IsFailedPrecondition(id.status())) return id;
  KOZMIC_RETURN_IF_ERROR(RemoveNamesake(docker, policy, name));
  return docker.CreateContainer(spec, name);
}

absl::Status RemoveOwnContainer(const docker::DockerClient& docker, const ContainerPolicy& policy,
                                const std::string& name) {
  const absl::Status removed = RemoveNamesake(docker, policy, name);
  return absl::IsAlreadyExists(removed) ? absl::OkStatus() : removed;
}

}  // namespace kozmic::runner
