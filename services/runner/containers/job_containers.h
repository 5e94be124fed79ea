#ifndef KOZMIC_SERVICES_RUNNER_CONTAINERS_JOB_CONTAINERS_H_
#define KOZMIC_SERVICES_RUNNER_CONTAINERS_JOB_CONTAINERS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "lib/docker/docker_client.h"
#include "services/runner/network/jobs_network.h"

namespace kozmic::runner {

// What is done to keep a job's root from the machine's.
enum class Profile {
  // Docker's means: few capabilities, and its filter of system calls. sudo works.
  kCompat,
  // Scripts gain no rights by what they execute: sudo and the like are refused.
  kHardened,
  // As kCompat, but run by a container runtime that gives each container a kernel or a user
  // namespace of its own, or by an engine without rights.
  kIsolated,
};

// What all containers of a runner have in common.
struct ContainerPolicy {
  std::string runner;
  // kozmic-init, where the Docker engine finds it.
  std::string init_path;
  // 0: no limit.
  int64_t memory_bytes = int64_t{4} << 30;
  int64_t nano_cpus = 2'000'000'000;
  int64_t pids_limit = 512;
  // What one job may write, in all its containers and folders together.
  int64_t disk_bytes = 0;
  JobsNetwork network;
  JobsNetwork fork_network;
  Profile profile = Profile::kCompat;
  Profile fork_profile = Profile::kHardened;
  // Of isolated containers; empty: the engine's default.
  std::string runtime;
};

// Labels by which a runner knows its containers and networks again.
inline constexpr char kRunnerLabel[] = "kozmic.runner";
inline constexpr char kAttemptLabel[] = "kozmic.attempt";
// JobFolder::IdOf.
inline constexpr char kIdLabel[] = "kozmic.id";

// The name of what a runner has of one job; `id` is the job folder's. Several runners share a
// Docker engine.
std::string NameOfJob(absl::string_view runner, absl::string_view id);

// What a job's containers get.
Profile ProfileOf(const ContainerPolicy& policy, const v1::JobSpec& job);

// Where a job's containers are, unless it has a network of its own.
const JobsNetwork& NetworkOf(const ContainerPolicy& policy, const v1::JobSpec& job);

std::map<std::string, std::string> LabelsOf(const ContainerPolicy& policy, const v1::Lease& lease);

// What every container of a job is made of: labels, limits, rights and network.
docker::ContainerSpec CommonSpec(const ContainerPolicy& policy, const v1::Lease& lease);

// Makes a container, in place of one of the same name that this runner left. ALREADY_EXISTS when
// somebody else's has it.
absl::StatusOr<std::string> CreateOwnContainer(const docker::DockerClient& docker,
                                               const ContainerPolicy& policy,
                                               const docker::ContainerSpec& spec,
                                               const std::string& name);
// OK when there is none of ours.
absl::Status RemoveOwnContainer(const docker::DockerClient& docker, const ContainerPolicy& policy,
                                const std::string& name);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_CONTAINERS_JOB_CONTAINERS_H_
