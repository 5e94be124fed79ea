#ifndef KOZMIC_SERVICES_RUNNER_WARM_WARM_SPEC_H_
#define KOZMIC_SERVICES_RUNNER_WARM_WARM_SPEC_H_

#include <map>
#include <string>

#include "lib/docker/container_spec.h"

namespace kozmic::runner {

// The same container, but with other labels, and with what was mounted of one folder mounted of
// another. `from`, `to`: without a "/" at the end.
docker::ContainerSpec Moved(docker::ContainerSpec spec, const std::string& from,
                            const std::string& to,
                            const std::map<std::string, std::string>& labels);

// Stands for all that a container of a job depends on, whose folder is `folder`, but for which job
// it is: image, limits, rights, network, mounts, and whatever else its specification tells.
std::string KindOfContainer(const docker::ContainerSpec& spec, const std::string& folder);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_WARM_WARM_SPEC_H_
