#ifndef KOZMIC_LIB_GITHUB_LINK_HEADER_H_
#define KOZMIC_LIB_GITHUB_LINK_HEADER_H_

#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace kozmic::github {

// The URLs of a Link header by their relation ("next", "last"), of RFC 8288 what GitHub uses:
//   <https://api.github.com/user/repos?page=2>; rel="next", <…>; rel="last"
// Empty for an empty header. nullopt when it is none.
std::optional<std::map<std::string, std::string>> ParseLinkHeader(absl::string_view header);

// The number of the page in a URL's query ("…?per_page=100&page=3"); 0 when it has none.
int PageOfUrl(absl::string_view url);

}  // namespace kozmic::github

#endif  // KOZMIC_LIB_GITHUB_LINK_HEADER_H_
