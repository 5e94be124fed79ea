#ifndef KOZMIC_SERVICES_RUNNER_CONTAINERS_ISOLATION_H_
#define KOZMIC_SERVICES_RUNNER_CONTAINERS_ISOLATION_H_

#include <string>

#include "absl/status/status.h"
#include "lib/docker/docker_client.h"
#include "services/runner/containers/job_containers.h"

namespace kozmic::runner {

// "compat", "hardened" or "isolated".
Profile ProfileNamed(const std::string& name);

// Whether the engine can do what the policy's profiles ask of it. FAILED_PRECONDITION says what is
// missing.
absl::Status CheckIsolation(const ContainerPolicy& policy,
                            const docker::EngineIsolation& isolation);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_CONTAINERS_ISOLATION_H_
