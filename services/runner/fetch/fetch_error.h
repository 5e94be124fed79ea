#ifndef KOZMIC_SERVICES_RUNNER_FETCH_FETCH_ERROR_H_
#define KOZMIC_SERVICES_RUNNER_FETCH_FETCH_ERROR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kozmic::runner {

inline constexpr char kKeyRefused[] = "key_refused";

// What a failed `git fetch` of a commit means, by git's and ssh's own words, which must be English.
// NOT_FOUND: no such commit, or repository; PERMISSION_DENIED: the repository may not be read (with
// the reason kKeyRefused: the host does not take the deploy key); UNAUTHENTICATED: the host is not
// the one that is known by its key; UNAVAILABLE: it cannot be reached; FAILED_PRECONDITION: a
// hostile .gitmodules; INTERNAL: the rest, with git's words.
absl::Status FetchError(const std::string& commit, absl::string_view output);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_FETCH_FETCH_ERROR_H_
