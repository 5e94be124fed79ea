#ifndef KOZMIC_SERVICES_PROJECT_GITHUB_GITHUB_ERRORS_H_
#define KOZMIC_SERVICES_PROJECT_GITHUB_GITHUB_ERRORS_H_

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace kozmic::project {

// What an error of lib/github's is to a user who wants something of a repository: its reason says
// what it is ("sign_in_needed", "repository_not_found", "github_unavailable", "github_refused"),
// its message what GitHub said.
absl::Status FromGithub(const absl::Status& status);

// For how long GitHub asked not to be asked again; zero when it did not.
absl::Duration AskedWait(const absl::Status& status);

// The error of a user whom GitHub does not know any more.
absl::Status SignInNeeded();

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_GITHUB_GITHUB_ERRORS_H_
