#ifndef KOZMIC_GATEWAY_PROJECT_LIST_H_
#define KOZMIC_GATEWAY_PROJECT_LIST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/backends.h"
#include "kozmic/build/v1/build.pb.h"
#include "kozmic/project/v1/project.pb.h"

namespace kozmic::gateway {

// A project with the summary of its newest build: only the first line of its message, and no jobs.
// It has no name when there is none.
struct ListedProject {
  project::v1::Project project;
  build::v1::Build latest;
};

// All projects that `bearer` may view, latest-built first, then by name.
absl::StatusOr<std::vector<ListedProject>> ListProjects(const Backends& backends,
                                                        const std::string& bearer);

// The newest build of one that the caller was just shown; without a name when there is none.
absl::StatusOr<build::v1::Build> LatestBuild(const Backends& backends, const std::string& project);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_PROJECT_LIST_H_
