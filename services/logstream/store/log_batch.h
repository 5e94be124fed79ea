#ifndef KOZMIC_SERVICES_LOGSTREAM_STORE_LOG_BATCH_H_
#define KOZMIC_SERVICES_LOGSTREAM_STORE_LOG_BATCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/logstream/store/time_marks.h"

namespace kozmic {

// Bytes of a log that are to be appended, compressed: so one batch can be made ready while the one
// before it waits for the store. Immutable.
class LogBatch {
 public:
  // `bytes` follow the log's first `offset` bytes; `times` tells when they were written, as far as
  // that is known, and may tell of other bytes too.
  LogBatch(int64_t offset, std::string bytes, const TimeMarks& times);

  int64_t offset() const { return offset_; }
  int64_t end() const { return offset_ + static_cast<int64_t>(bytes_.size()); }
  const std::string& bytes() const { return bytes_; }
  const TimeMarks& times() const { return times_; }

  // At most kChunkBytes of them each.
  struct Chunk {
    int64_t offset = 0;
    int64_t raw_size = 0;
    // Within the batch.
    int64_t newlines_before = 0;
    // As CompressChunk gives it.
    std::string data;
    // As TimeMarks::Encode(offset) gives it.
    std::string times;
  };
  const std::vector<Chunk>& chunks() const { return chunks_; }
  int64_t newlines() const { return newlines_; }

  // The batch without the bytes before `offset`, which is within it.
  LogBatch From(int64_t offset) const;

 private:
  const int64_t offset_;
  const std::string bytes_;
  const TimeMarks times_;
  std::vector<Chunk> chunks_;
  int64_t newlines_ = 0;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_STORE_LOG_BATCH_H_
