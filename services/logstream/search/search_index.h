#ifndef KOZMIC_SERVICES_LOGSTREAM_SEARCH_SEARCH_INDEX_H_
#define KOZMIC_SERVICES_LOGSTREAM_SEARCH_SEARCH_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/postgres/pool.h"
#include "services/logstream/search/line_matcher.h"

namespace kozmic {

// Lines of one log: the bytes [begin, end), which begin with a line.
struct LogPart {
  int64_t log_id = 0;
  std::string log;
  int64_t begin = 0;
  int64_t end = 0;
  // Line ends before it.
  int64_t newlines = 0;
};

// Where the lines of all logs are, and what is known of the words in them: rows in PostgreSQL, see
// migrations/logstream. Lines that are not in it yet are told as parts that may match. Thread-safe;
// any number of processes may use it at once.
class SearchIndex {
 public:
  // About so many bytes of lines have one filter.
  static constexpr int64_t kBlockBytes = 256 << 10;

  // Not owned.
  explicit SearchIndex(PostgresPool& pool) : pool_(pool) {}

  // The projects (as "logs/12") that have enough new lines for a block.
  absl::StatusOr<std::vector<std::string>> ProjectsToIndex();

  struct Unindexed {
    LogPart part;
    bool sealed = false;
  };
  // What of a project's logs is not in the index, oldest log first.
  absl::StatusOr<std::vector<Unindexed>> FindUnindexed(const std::string& project);

  struct Addition {
    // Follows what is in the index of the log already.
    LogPart part;
    // Behind the part.
    int64_t newlines_after = 0;
    // The part ends a sealed log.
    bool whole = false;
  };
  // Adds a block. False, and nothing is done, when another process has added some of it before.
  absl::StatusOr<bool> AddBlock(const std::string& project, const std::vector<Addition>& additions,
                                const std::string& filter);

  // Puts the filters of FilterMatrix::kColumns blocks side by side; false when there are fewer.
  absl::StatusOr<bool> Group(const std::string& project);

  // Every part of the project's logs that may have a matching line, newest log first.
  absl::StatusOr<std::vector<LogPart>> FindCandidates(const std::string& project,
                                                      const LineMatcher& matcher);

 private:
  PostgresPool& pool_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_SEARCH_SEARCH_INDEX_H_
