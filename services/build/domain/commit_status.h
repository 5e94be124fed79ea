#ifndef KOZMIC_SERVICES_BUILD_DOMAIN_COMMIT_STATUS_H_
#define KOZMIC_SERVICES_BUILD_DOMAIN_COMMIT_STATUS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kozmic/build/v1/build.pb.h"

namespace kozmic::build {

// One of a commit's builds.
struct CommitBuild {
  int64_t number = 0;
  v1::State state = v1::STATE_UNSPECIFIED;
  // Title of the job that brought the verdict.
  std::string verdict_job = {};
};

// What GitHub is to show of a commit.
struct CommitStatus {
  v1::State state = v1::STATE_UNSPECIFIED;
  // At most 140 characters; K36.
  std::string description = {};
  // Whose page it links.
  int64_t build = 0;
};

// A commit has one status, though several branches may have it at their head and each has its
// build: the worst of them speaks, and of equals the newest. `builds`: the newest of each ref, both
// of those that pushes make and of those that only pull requests make, which are of other hooks.
// Nothing while there is nothing to say: none of them has started, or one has yet to start and the
// others passed.
std::optional<CommitStatus> CommitStatusOf(const std::vector<CommitBuild>& builds);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_DOMAIN_COMMIT_STATUS_H_
