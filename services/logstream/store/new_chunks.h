#ifndef KOZMIC_SERVICES_LOGSTREAM_STORE_NEW_CHUNKS_H_
#define KOZMIC_SERVICES_LOGSTREAM_STORE_NEW_CHUNKS_H_

#include <cstdint>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/logstream/store/time_marks.h"

namespace kozmic {

// A condition on the log that a statement names as $1. A project is removed by one row, committed
// before its logs are looked for. A log is begun by a statement of its own, and added to or sealed
// by a later one that looks for that row: so either the log is there to be found, or it takes
// nothing.
inline constexpr char kLogNotRemoved[] =
    "NOT EXISTS (SELECT FROM removed_projects WHERE log_prefix = split_part($1, '-', 1))";

// Bytes of a log on their way into the table, as compressed chunks.
class NewChunks {
 public:
  NewChunks(int64_t offset, absl::string_view bytes, const TimeMarks& times);

  // False when the log's size is not the offset, or it takes nothing.
  bool Add(pqxx::nontransaction& tx, const std::string& name) const;

 private:
  struct Chunk {
    int64_t offset = 0;
    int64_t raw_size = 0;
    // Among these chunks.
    int64_t newlines_before = 0;
    std::string data;
    std::string times;
  };

  const int64_t offset_;
  const int64_t size_;
  std::vector<Chunk> chunks_;
  int64_t newlines_ = 0;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_STORE_NEW_CHUNKS_H_
