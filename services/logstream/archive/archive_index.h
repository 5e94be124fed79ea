#ifndef KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_ARCHIVE_INDEX_H_
#define KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_ARCHIVE_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/logstream/store/time_marks.h"

namespace kozmic {

// Some bytes of a log, compressed by themselves.
struct ArchiveFrame {
  // Within the log.
  int64_t begin = 0;
  int64_t raw_size = 0;
  int64_t newlines_before = 0;
  // Within the object.
  int64_t stored_at = 0;
  int64_t stored_size = 0;
  // As TimeMarks::Encode(begin) gives it.
  std::string times;

  int64_t end() const { return begin + raw_size; }
};

// Where the bytes of a log are in the object that it was archived as: zstd frames, one after the
// other, and behind them this index, in a frame that zstd skips. So `zstd -d` of the object gives
// the log, with no help from us.
class ArchiveIndex {
 public:
  // The end of an object that tells how long the index is.
  static constexpr size_t kTrailerBytes = 8;

  // Adds the next frame: its place in log and object follows from the frames before it.
  void Add(size_t raw_size, size_t stored_size, int64_t newlines, std::string times);

  const std::vector<ArchiveFrame>& frames() const { return frames_; }
  // The frame with the byte at `offset`, its place in frames(); frames().size() beyond the end.
  size_t FrameAt(int64_t offset) const;
  // The last frame with fewer line ends before it; the first one if there is none.
  size_t FrameBeforeLine(int64_t newlines) const;

  // Everything behind the frames, trailer included.
  std::string Encode() const;
  // The whole index's size in bytes, from an object's last kTrailerBytes. DATA_LOSS when that is
  // not an object of ours.
  static absl::StatusOr<size_t> SizeOf(absl::string_view trailer);
  // From SizeOf() last bytes. DATA_LOSS.
  static absl::StatusOr<ArchiveIndex> Decode(absl::string_view text);

 private:
  std::vector<ArchiveFrame> frames_;
  int64_t newlines_ = 0;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_ARCHIVE_INDEX_H_
