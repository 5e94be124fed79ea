#include "services/logstream/append/append_buffer.h"

#include "services/logstream/errors.h"
#include "services/logstream/offsets.h"

namespace kozmic {

absl::StatusOr<AppendBuffer::Accepted> AppendBuffer::Accept(int64_t offset, absl::string_view bytes,
                                                            int64_t unix_ms) {
  const ChunkFit fit = FitChunk(end(), offset, bytes.size());
  if (fit.gap > 0) return GapError(offset, end());
  if (const size_t in_store = FitChunk(committed_, offset, bytes.size()).overlap; in_store > 0) {
    return Accepted{.in_store = in_store};
  }
  const absl::string_view again = bytes.substr(0, fit.overlap);
  const absl::string_view fresh = bytes.substr(fit.overlap);
  if (!again.empty()) {
    const size_t begin = static_cast<size_t>(offset - committed_);
    if (absl::string_view(bytes_).substr(begin, again.size()) != again) {
      return ConflictError(offset);
    }
  }
  if (!fresh.empty() && static_cast<int64_t>(fresh.size()) > limit_ - end()) {
    return LimitError(limit_);
  }
  if (!fresh.empty()) times_.Add(end(), unix_ms);
  bytes_.append(fresh.data(), fresh.size());
  return Accepted{.taken = fresh.size()};
}

absl::string_view AppendBuffer::Batch(size_t most, size_t skip) const {
  return absl::string_view(bytes_).substr(skip, most);
}

void AppendBuffer::Commit(size_t size) {
  bytes_.erase(0, size);
  committed_ += static_cast<int64_t>(size);
  times_.DropBefore(committed_);
}

}  // namespace kozmic
