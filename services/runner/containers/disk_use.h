#ifndef KOZMIC_SERVICES_RUNNER_CONTAINERS_DISK_USE_H_
#define KOZMIC_SERVICES_RUNNER_CONTAINERS_DISK_USE_H_

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/docker/docker_client.h"

namespace kozmic::runner {

// What containers have written, with their volumes and their unlinked files as far as the engine's
// folders and processes are to be seen from here, and what is in folders of this machine, however
// deep: bytes of disk. A container or folder that is not there takes none. Whatever goes on in the
// folders meanwhile, it is an estimate.
absl::StatusOr<int64_t> MeasureDisk(const docker::DockerClient& docker,
                                    const std::vector<std::string>& containers,
                                    std::vector<std::string> folders, std::stop_token stop);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_CONTAINERS_DISK_USE_H_
