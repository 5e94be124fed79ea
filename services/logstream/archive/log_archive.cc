#include "services/logstream/archive/log_archive.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/crypto/prefix_digest.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/logstream/errors.h"
#include "services/logstream/store/chunk_codec.h"

namespace kozmic {
namespace {

// "logs/12-3-1-2" is "12/3-1-2.zst": a folder for each project.
std::string KeyOf(absl::string_view log) {
  std::string key(absl::StripPrefix(log, "logs/"));
  if (const size_t dash = key.find('-'); dash != std::string::npos) key[dash] = '/';
  return key + ".zst";
}

// Of an object that there must be.
absl::Status Missing(const absl::Status& status) {
  return absl::IsNotFound(status) ? absl::DataLossError(status.message()) : status;
}

}  // namespace

absl::Status LogArchive::Write(const std::string& log, const std::string& sha256,
                               const Source& source) {
  Forget(log);
  return objects_.Write(KeyOf(log), [&](const ObjectStore::Sink& sink) -> absl::Status {
    ArchiveIndex index;
    PrefixDigest digest;
    while (true) {
      KOZMIC_ASSIGN_OR_RETURN(const Piece piece, source(digest.size()));
      if (piece.bytes.empty()) break;
      const std::string frame = CompressChunk(piece.bytes, ChunkLevel::kSmall);
      KOZMIC_RETURN_IF_ERROR(sink(frame));
      index.Add(piece.bytes.size(), frame.size(),
                std::count(piece.bytes.begin(), piece.bytes.end(), '\n'),
                piece.times.Encode(digest.size()));
      digest.Add(digest.size(), piece.bytes);
    }
    if (digest.Hex() != sha256) return DifferentError(digest.Hex(), sha256);
    return sink(index.Encode());
  });
}

absl::StatusOr<std::shared_ptr<const ArchiveIndex>> LogArchive::IndexOf(const std::string& log) {
  {
    absl::MutexLock lock(&mutex_);
    const auto found = by_log_.find(log);
    if (found != by_log_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return found->second->second;
    }
  }
  const std::string key = KeyOf(log);
  const absl::StatusOr<int64_t> found_size = objects_.Size(key);
  if (!found_size.ok()) return Missing(found_size.status());
  const int64_t size = *found_size;
  constexpr auto kTrailer = static_cast<int64_t>(ArchiveIndex::kTrailerBytes);
  if (size < kTrailer) return absl::DataLossError(absl::StrCat(key, " is cut short"));
  KOZMIC_ASSIGN_OR_RETURN(const std::string trailer,
                          objects_.Read(key, size - kTrailer, ArchiveIndex::kTrailerBytes));
  absl::StatusOr<size_t> index_size = ArchiveIndex::SizeOf(trailer);
  if (index_size.ok() && static_cast<int64_t>(*index_size) > size) {
    index_size = absl::DataLossError("its index is cut short");
  }
  if (!index_size.ok()) return Annotate(index_size.status(), key);
  KOZMIC_ASSIGN_OR_RETURN(
      const std::string text,
      objects_.Read(key, size - static_cast<int64_t>(*index_size), *index_size));
  absl::StatusOr<ArchiveIndex> decoded = ArchiveIndex::Decode(text);
  if (!decoded.ok()) return Annotate(decoded.status(), key);
  auto index = std::make_shared<const ArchiveIndex>(*std::move(decoded));
  absl::MutexLock lock(&mutex_);
  if (by_log_.count(log) > 0) return index;
  entries_.emplace_front(log, index);
  by_log_[log] = entries_.begin();
  if (entries_.size() > kMostIndexes) {
    by_log_.erase(entries_.back().first);
    entries_.pop_back();
  }
  return index;
}

void LogArchive::Forget(const std::string& log) {
  absl::MutexLock lock(&mutex_);
  const auto found = by_log_.find(log);
  if (found == by_log_.end()) return;
  entries_.erase(found->second);
  by_log_.erase(found);
}

absl::StatusOr<std::string> LogArchive::Read(const std::string& log, int64_t offset, size_t most) {
  KOZMIC_ASSIGN_OR_RETURN(const auto index, IndexOf(log));
  const size_t at = index->FrameAt(offset);
  if (at == index->frames().size()) return "";
  const ArchiveFrame& frame = index->frames()[at];
  const auto stored =
      objects_.Read(KeyOf(log), frame.stored_at, static_cast<size_t>(frame.stored_size));
  if (!stored.ok()) return Missing(stored.status());
  absl::StatusOr<std::string> bytes = DecompressChunk(*stored, static_cast<size_t>(frame.raw_size));
  if (!bytes.ok()) return Annotate(bytes.status(), absl::StrCat(log, " at ", frame.begin));
  return bytes->substr(static_cast<size_t>(offset - frame.begin), most);
}

absl::StatusOr<LinePosition> LogArchive::NearLine(const std::string& log, int64_t newlines) {
  KOZMIC_ASSIGN_OR_RETURN(const auto index, IndexOf(log));
  if (index->frames().empty()) return LinePosition();
  const ArchiveFrame& frame = index->frames()[index->FrameBeforeLine(newlines)];
  return LinePosition{frame.begin, frame.newlines_before};
}

absl::StatusOr<LogStore::Times> LogArchive::ReadTimes(const std::string& log, int64_t offset,
                                                      size_t most) {
  KOZMIC_ASSIGN_OR_RETURN(const auto index, IndexOf(log));
  LogStore::Times times = {.next = offset};
  for (size_t at = index->FrameAt(offset);
       at < index->frames().size() && times.marks.marks().size() < most; ++at) {
    const ArchiveFrame& frame = index->frames()[at];
    KOZMIC_ASSIGN_OR_RETURN(const TimeMarks marks, TimeMarks::Decode(frame.times, frame.begin));
    times.marks.Add(marks);
    times.next = frame.end();
  }
  return times;
}

absl::Status LogArchive::Remove(const std::string& log) {
  Forget(log);
  return objects_.Remove(KeyOf(log));
}

}  // namespace kozmic
