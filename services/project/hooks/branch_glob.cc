#include "services/project/hooks/branch_glob.h"

#include <cstddef>
#include <vector>

namespace kozmic::project {

bool MatchesGlob(absl::string_view pattern, absl::string_view branch) {
  // reached[i]: what was read of the pattern matches the branch's first i bytes.
  std::vector<bool> reached(branch.size() + 1, false);
  reached[0] = true;
  for (size_t at = 0; at < pattern.size(); ++at) {
    const char want = pattern[at];
    std::vector<bool> next(branch.size() + 1, false);
    if (want == '*') {
      const bool over_slashes = at + 1 < pattern.size() && pattern[at + 1] == '*';
      if (over_slashes) ++at;
      for (size_t i = 0; i <= branch.size(); ++i) {
        next[i] = reached[i] || (i > 0 && next[i - 1] && (over_slashes || branch[i - 1] != '/'));
      }
    } else {
      for (size_t i = 0; i < branch.size(); ++i) {
        next[i + 1] = reached[i] && (want == '?' ? branch[i] != '/' : branch[i] == want);
      }
    }
    reached.swap(next);
  }
  return reached[branch.size()];
}

}  // namespace kozmic::project
