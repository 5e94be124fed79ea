#ifndef KOZMIC_SERVICES_BUILD_STATUS_TEXT_H_
#define KOZMIC_SERVICES_BUILD_STATUS_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "kozmic/build/v1/build.pb.h"

namespace kozmic::build {

// The context of our commit statuses at GitHub (row K36).
inline constexpr char kStatusContext[] = "Kozmic-CI";

// What GitHub shows beside a commit (row K36), at most 140 characters (GitHub refuses more):
// "Kozmic build #7 has failed because of the "Test" job". `job` is the title of the job that
// decided; it is shortened when it does not fit.
std::string StatusDescription(int64_t build_number, v1::State state, absl::string_view job);

// The page of a build, where browsers reach this installation at `public_url`.
std::string BuildPage(absl::string_view public_url, int64_t project, int64_t build_number);

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_STATUS_TEXT_H_
