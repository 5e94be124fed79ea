#include "services/logstream/store/log_store.h"

#include <algorithm>

#include "lib/status/macros.h"
#include "services/logstream/errors.h"
#include "services/logstream/limits.h"
#include "services/logstream/offsets.h"

namespace kozmic {

absl::Status CompareStored(LogStore& store, const std::string& name, int64_t offset,
                           absl::string_view bytes) {
  while (!bytes.empty()) {
    KOZMIC_ASSIGN_OR_RETURN(const std::string stored, store.Read(name, offset, bytes.size()));
    if (stored.empty() || bytes.substr(0, stored.size()) != stored) return ConflictError(offset);
    bytes.remove_prefix(stored.size());
    offset += static_cast<int64_t>(stored.size());
  }
  return absl::OkStatus();
}

absl::Status AppendOver(LogStore& store, const std::string& name, const LogBatch& batch) {
  KOZMIC_ASSIGN_OR_RETURN(const LogStore::Appended appended, store.Add(name, batch));
  if (appended.done) return absl::OkStatus();
  const ChunkFit fit = FitChunk(appended.size, batch.offset(), batch.bytes().size());
  if (fit.gap > 0) return GapError(batch.offset(), appended.size);
  const absl::string_view known = absl::string_view(batch.bytes()).substr(0, fit.overlap);
  KOZMIC_RETURN_IF_ERROR(CompareStored(store, name, batch.offset(), known));
  if (known.size() == batch.bytes().size()) return absl::OkStatus();
  // The log is longer than the batch's offset, so each round's batch is shorter; two rounds in
  // practice.
  return AppendOver(store, name, batch.From(batch.offset() + static_cast<int64_t>(known.size())));
}

absl::StatusOr<int64_t> FindLine(LogStore& store, const std::string& name, int64_t newlines) {
  if (newlines <= 0) return 0;
  KOZMIC_ASSIGN_OR_RETURN(LinePosition at, store.NearLine(name, newlines));
  while (at.newlines < newlines) {
    KOZMIC_ASSIGN_OR_RETURN(const std::string bytes, store.Read(name, at.offset, kChunkBytes));
    if (bytes.empty()) break;
    size_t begin = 0;
    while (at.newlines < newlines) {
      const size_t newline = bytes.find('\n', begin);
      if (newline == std::string::npos) {
        begin = bytes.size();
        break;
      }
      begin = newline + 1;
      ++at.newlines;
    }
    at.offset += static_cast<int64_t>(begin);
  }
  return at.offset;
}

absl::StatusOr<int64_t> FindLineFromEnd(LogStore& store, const std::string& name, int64_t size,
                                        int64_t lines) {
  int64_t end = size;
  // A line end that ends the log begins no further line.
  int64_t wanted = lines;
  const int64_t first = std::max<int64_t>(0, size - kMostTailBytes);
  while (end > first) {
    const int64_t begin = std::max(first, end - static_cast<int64_t>(kChunkBytes));
    std::string bytes;
    while (static_cast<int64_t>(bytes.size()) < end - begin) {
      const auto from = begin + static_cast<int64_t>(bytes.size());
      KOZMIC_ASSIGN_OR_RETURN(const std::string piece,
                              store.Read(name, from, static_cast<size_t>(end - from)));
      if (piece.empty()) return UnknownLogError(name);
      bytes += piece;
    }
    for (size_t at = bytes.size(); at > 0; --at) {
      if (bytes[at - 1] != '\n' || begin + static_cast<int64_t>(at) == size) continue;
      if (--wanted == 0) return begin + static_cast<int64_t>(at);
    }
    end = begin;
  }
  return first;
}

}  // namespace kozmic
