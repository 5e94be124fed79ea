#ifndef KOZMIC_SERVICES_PROJECT_HOOKS_TRACKED_FILES_H_
#define KOZMIC_SERVICES_PROJECT_HOOKS_TRACKED_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace kozmic::project {

// Paths of files and folders in a repository, as they are kept: without blanks around them, "." and
// ".." resolved, no slashes at the ends, each once, sorted, case kept; empty ones dropped. "." is
// the whole repository. INVALID_ARGUMENT, a sentence for people: a path that is absolute, leads out
// of the repository or into ".git", is above 250 characters or has control characters; more than
// 100 paths.
absl::StatusOr<std::vector<std::string>> NormalizeTrackedFiles(
    const std::vector<std::string>& paths);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_HOOKS_TRACKED_FILES_H_
