#ifndef KOZMIC_SERVICES_LOGSTREAM_SEARCH_LINE_MATCHER_H_
#define KOZMIC_SERVICES_LOGSTREAM_SEARCH_LINE_MATCHER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "re2/filtered_re2.h"
#include "re2/re2.h"

namespace kozmic {

struct LineQuery {
  std::string pattern;
  // A regular expression (RE2's syntax, which any text is matched against in linear time), or text.
  bool regex = false;
  bool match_case = false;
};

// Finds a pattern in lines of plain text, and tells which texts need not be looked at. Thread-safe.
class LineMatcher {
 public:
  static constexpr size_t kLongestPattern = 1000;

  // INVALID_ARGUMENT says what is wrong with the pattern.
  static absl::StatusOr<LineMatcher> Create(const LineQuery& query);

  struct Match {
    size_t begin = 0;
    size_t end = 0;
  };
  // The first place in `text` that matches; it may be empty.
  std::optional<Match> Find(absl::string_view text) const;

  // Parts, in lower case, that are looked for in a text's filter; none when every text may match.
  const std::vector<std::string>& parts() const { return parts_; }
  // Whether a text that seems to have these of parts() may match.
  bool MayMatch(const std::vector<int>& parts) const;

 private:
  LineMatcher() = default;

  std::unique_ptr<RE2> expression_;
  std::unique_ptr<re2::FilteredRE2> filter_;
  std::vector<std::string> parts_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_SEARCH_LINE_MATCHER_H_
