#ifndef KOZMIC_SERVICES_RUNNER_FETCH_REVISION_H_
#define KOZMIC_SERVICES_RUNNER_FETCH_REVISION_H_

#include <string>

#include "absl/strings/string_view.h"

namespace kozmic::runner {

// Whether a text is the id of an object: lower-case hexadecimal, of SHA-1 or SHA-256.
bool IsCommitId(absl::string_view text);

// The local branch for a ref, "" when HEAD is better detached.
std::string LocalBranch(absl::string_view ref);

// Whether a ref is the head of a pull request, and nothing else.
bool IsPullRequestHead(absl::string_view ref);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_FETCH_REVISION_H_
