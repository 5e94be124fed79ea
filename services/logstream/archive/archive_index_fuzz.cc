// The line index of an archived log: whatever the end of its object is, it is refused or an index
// whose frames adjoin, which finds bytes and lines, and which is read back as it is written.
#include <algorithm>

#include "absl/strings/string_view.h"
#include "lib/testing/fuzz.h"
#include "services/logstream/archive/archive_index.h"

namespace kozmic {
namespace {

bool AreSame(const ArchiveFrame& one, const ArchiveFrame& other) {
  return one.begin == other.begin && one.raw_size == other.raw_size &&
         one.newlines_before == other.newlines_before && one.stored_at == other.stored_at &&
         one.stored_size == other.stored_size && one.times == other.times;
}

void CheckFrames(const ArchiveIndex& index) {
  const std::vector<ArchiveFrame>& frames = index.frames();
  int64_t end = 0;
  for (size_t i = 0; i < frames.size(); ++i) {
    const ArchiveFrame& frame = frames[i];
    Require(frame.begin == end && frame.end() > end, "frames adjoin");
    Require(index.FrameAt(frame.begin) == i && index.FrameAt(frame.end() - 1) == i,
            "a byte is found in its frame");
    // The line after the frame's first line end begins in it or behind it.
    const size_t found = index.FrameBeforeLine(frame.newlines_before + 1);
    Require(frames[found].newlines_before <= frame.newlines_before, "not behind the line");
    Require(found + 1 == frames.size() ||
                frames[found + 1].newlines_before >= frame.newlines_before + 1,
            "and the last such");
    if (const auto times = TimeMarks::Decode(frame.times, frame.begin); times.ok()) {
      const auto again = TimeMarks::Decode(times->Encode(frame.begin), frame.begin);
      Require(again.ok() && again->marks() == times->marks(), "times are read back");
    }
    end = frame.end();
  }
  Require(index.FrameAt(end) == frames.size(), "nothing is behind the end");
}

}  // namespace
}  // namespace kozmic

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kozmic;
  const absl::string_view object(reinterpret_cast<const char*>(data), size);
  if (size < ArchiveIndex::kTrailerBytes) return 0;
  const auto length = ArchiveIndex::SizeOf(object.substr(size - ArchiveIndex::kTrailerBytes));
  if (!length.ok() || *length > size) return 0;
  const auto index = ArchiveIndex::Decode(object.substr(size - *length));
  if (!index.ok()) return 0;
  CheckFrames(*index);
  const auto again = ArchiveIndex::Decode(index->Encode());
  Require(again.ok() && std::equal(again->frames().begin(), again->frames().end(),
                                   index->frames().begin(), index->frames().end(), AreSame),
          "it is read back as it is written");
  return 0;
}
