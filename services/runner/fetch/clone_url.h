#ifndef KOZMIC_SERVICES_RUNNER_FETCH_CLONE_URL_H_
#define KOZMIC_SERVICES_RUNNER_FETCH_CLONE_URL_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kozmic::runner {

// Whether a URL is ssh://user@host[:port]/path.
bool IsSshUrl(absl::string_view url);

// Whether a URL may be fetched from: http(s), or, `with_key`, ssh; and it begins with one of the
// prefixes up to a "/". No prefixes: any host. INVALID_ARGUMENT, PERMISSION_DENIED.
absl::Status CheckCloneUrl(absl::string_view url, const std::vector<std::string>& prefixes,
                           bool with_key);

// A checked URL as a clone may carry it: without credentials. ssh's user is none.
std::string PublicUrl(const std::string& url);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_FETCH_CLONE_URL_H_
