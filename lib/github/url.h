#ifndef KOZMIC_LIB_GITHUB_URL_H_
#define KOZMIC_LIB_GITHUB_URL_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kozmic::github {

// "a=1&b=%2F": for a query or a form.
std::string EncodeParameters(const std::vector<std::pair<std::string, std::string>>& parameters);

// A text as a part of a path: slashes stay, all else that may mean something there does not.
std::string EncodePath(absl::string_view text);

// Whether `text` is "owner/name" as GitHub names repositories. Such a text can stand in a path.
bool IsRepositoryName(absl::string_view text);

// "/repos/owner/name" and what is below it; INVALID_ARGUMENT when `repository` is not "owner/name".
absl::StatusOr<std::string> RepositoryPath(absl::string_view repository,
                                           absl::string_view below = "");

// Whether `text` is a git object id: 40 or 64 lower-case hexadecimal digits.
bool IsObjectId(absl::string_view text);

}  // namespace kozmic::github

#endif  // KOZMIC_LIB_GITHUB_URL_H_
