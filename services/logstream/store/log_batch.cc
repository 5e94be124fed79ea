#include "services/logstream/store/log_batch.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "services/logstream/limits.h"
#include "services/logstream/store/chunk_codec.h"

namespace kozmic {

LogBatch::LogBatch(int64_t offset, std::string bytes, const TimeMarks& times)
    : offset_(offset), bytes_(std::move(bytes)), times_(times.Slice(offset, end())) {
  for (size_t at = 0; at < bytes_.size(); at += kChunkBytes) {
    const absl::string_view piece = absl::string_view(bytes_).substr(at, kChunkBytes);
    const int64_t begin = offset_ + static_cast<int64_t>(at);
    const int64_t end = begin + static_cast<int64_t>(piece.size());
    chunks_.push_back({.offset = begin,
                       .raw_size = static_cast<int64_t>(piece.size()),
                       .newlines_before = newlines_,
                       .data = CompressChunk(piece),
                       .times = times_.Slice(begin, end).Encode(begin)});
    newlines_ += std::count(piece.begin(), piece.end(), '\n');
  }
}

LogBatch LogBatch::From(int64_t offset) const {
  return {offset, bytes_.substr(static_cast<size_t>(offset - offset_)), times_};
}

}  // namespace kozmic
