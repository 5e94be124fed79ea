#include "services/logstream/store/new_chunks.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "lib/postgres/pool.h"
#include "services/logstream/limits.h"
#include "services/logstream/store/chunk_codec.h"

namespace kozmic {

NewChunks::NewChunks(int64_t offset, absl::string_view bytes, const TimeMarks& times)
    : offset_(offset), size_(static_cast<int64_t>(bytes.size())) {
  for (size_t at = 0; at < bytes.size(); at += kChunkBytes) {
    const absl::string_view piece = bytes.substr(at, kChunkBytes);
    const int64_t begin = offset + static_cast<int64_t>(at);
    const int64_t end = begin + static_cast<int64_t>(piece.size());
    chunks_.push_back({.offset = begin,
                       .raw_size = static_cast<int64_t>(piece.size()),
                       .newlines_before = newlines_,
                       .data = CompressChunk(piece),
                       .times = times.Slice(begin, end).Encode(begin)});
    newlines_ += std::count(piece.begin(), piece.end(), '\n');
  }
}

bool NewChunks::Add(pqxx::nontransaction& tx, const std::string& name) const {
  // One statement, and so one commit, for all.
  std::string statement = absl::StrCat(
      "WITH grown AS (UPDATE logs SET size = size + $3, "
      "    newlines = CASE counted WHEN size THEN newlines + $4 END, counted = size + $3 "
      "  WHERE name = $1 AND size = $2 AND sealed_at IS NULL AND ",
      kLogNotRemoved,
      "  RETURNING id, newlines - $4 AS newlines_before) "
      "INSERT INTO chunks (log_id, start_offset, raw_size, newlines_before, data, times) "
      "SELECT id, n.start_offset, n.raw_size, grown.newlines_before + n.newlines_before, n.data, "
      "  NULLIF(n.times, ''::bytea) FROM grown, (VALUES ");
  std::vector<pqxx::binarystring> values;
  values.reserve(2 * chunks_.size());
  for (size_t i = 0; i < chunks_.size(); ++i) {
    const Chunk& chunk = chunks_[i];
    const size_t next = 5 + 2 * i;
    absl::StrAppend(&statement, i > 0 ? ", (" : "(", chunk.offset, "::bigint, ", chunk.raw_size,
                    "::bigint, ", chunk.newlines_before, "::bigint, $", next, "::bytea, $",
                    next + 1, "::bytea)");
    values.push_back(ToBytea(chunk.data));
    values.push_back(ToBytea(chunk.times));
  }
  absl::StrAppend(&statement,
                  ") AS n (start_offset, raw_size, newlines_before, data, times) RETURNING 1");
  return !tx.exec_params(statement, name, offset_, size_, newlines_,
                         pqxx::prepare::make_dynamic_params(values))
              .empty();
}

}  // namespace kozmic
