#ifndef KOZMIC_LIB_GITHUB_CONDITIONAL_LIST_H_
#define KOZMIC_LIB_GITHUB_CONDITIONAL_LIST_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/github/pages.h"

namespace kozmic::github {

struct ListTags {
  // One entry for each page: its ETag, or empty when GitHub gave none. After a last page that is
  // full comes an empty one, for the page that would follow it.
  std::vector<std::string> etags;
  bool not_modified = false;
};

// Reads a list as ReadPages does, unless it is still the one that `etags` were given for. Unchanged
// pages cost nothing of GitHub's rate limit. `compared` is called after each page that has not
// changed, with its number. `target` has a query without "page".
absl::StatusOr<ListTags> ReadListIfChanged(Session& session, const std::string& target,
                                           int most_pages, const std::vector<std::string>& etags,
                                           const std::function<absl::Status(const Page&)>& read,
                                           const std::function<void(int)>& compared);

}  // namespace kozmic::github

#endif  // KOZMIC_LIB_GITHUB_CONDITIONAL_LIST_H_
