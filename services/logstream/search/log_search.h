#ifndef KOZMIC_SERVICES_LOGSTREAM_SEARCH_LOG_SEARCH_H_
#define KOZMIC_SERVICES_LOGSTREAM_SEARCH_LOG_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "services/logstream/search/line_matcher.h"
#include "services/logstream/search/search_index.h"
#include "services/logstream/store/log_store.h"

namespace kozmic {

struct FoundLine {
  std::string log;
  // From 1.
  int64_t line = 0;
  // Of the line's first byte.
  int64_t offset = 0;
  // Plain text: what matches, and what is around it in the line, as far as it is near.
  std::string before;
  std::string match;
  std::string after;
};

// Searches the lines of all logs of a project, also of those that still grow. Thread-safe.
class LogSearch {
 public:
  // A page ends after so long, with what was found by then.
  static constexpr absl::Duration kPageTime = absl::Seconds(2);

  // None is owned.
  LogSearch(LogStore& store, SearchIndex& index, const Clock& clock)
      : store_(store), index_(index), clock_(clock) {}

  struct Page {
    std::vector<FoundLine> lines;
    // Logs that are damaged where they are kept: they may have lines that are not found.
    std::vector<std::string> unreadable;
    // Where to go on; "" when everything was searched.
    std::string next_token;
  };
  // The first `most` matching lines: newest log first, each from its first line on. `token`: "" or
  // a page's. `project`: "logs/12".
  absl::StatusOr<Page> Search(const std::string& project, const LineMatcher& matcher, size_t most,
                              const std::string& token);

 private:
  LogStore& store_;
  SearchIndex& index_;
  const Clock& clock_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_SEARCH_LOG_SEARCH_H_
