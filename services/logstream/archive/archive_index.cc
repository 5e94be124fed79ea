#include "services/logstream/archive/archive_index.h"

#include <algorithm>
#include <utility>

#include "services/logstream/store/varint.h"

namespace kozmic {
namespace {

// Of a skippable frame (RFC 8878, 3.1.2): magic number and size, both little-endian.
constexpr uint32_t kSkippable = 0x184D2A5B;
constexpr size_t kHeaderBytes = 8;
constexpr absl::string_view kMark = "KZL1";

void PutFixed(uint32_t number, std::string& text) {
  for (int shift = 0; shift < 32; shift += 8) text += static_cast<char>(number >> shift);
}

uint32_t Fixed(absl::string_view text) {
  uint32_t number = 0;
  for (size_t i = 4; i > 0; --i) number = (number << 8) | static_cast<uint8_t>(text[i - 1]);
  return number;
}

absl::Status Damaged() { return absl::DataLossError("the index of an archived log is damaged"); }

}  // namespace

void ArchiveIndex::Add(size_t raw_size, size_t stored_size, int64_t newlines, std::string times) {
  ArchiveFrame frame;
  if (!frames_.empty()) {
    const ArchiveFrame& last = frames_.back();
    frame.begin = last.end();
    frame.stored_at = last.stored_at + last.stored_size;
  }
  frame.raw_size = static_cast<int64_t>(raw_size);
  frame.stored_size = static_cast<int64_t>(stored_size);
  frame.newlines_before = newlines_;
  frame.times = std::move(times);
  newlines_ += newlines;
  frames_.push_back(std::move(frame));
}

size_t ArchiveIndex::FrameAt(int64_t offset) const {
  const auto found =
      std::upper_bound(frames_.begin(), frames_.end(), offset,
                       [](int64_t at, const ArchiveFrame& frame) { return at < frame.end(); });
  return static_cast<size_t>(found - frames_.begin());
}

size_t ArchiveIndex::FrameBeforeLine(int64_t newlines) const {
  const auto found = std::lower_bound(
      frames_.begin(), frames_.end(), newlines,
      [](const ArchiveFrame& frame, int64_t wanted) { return frame.newlines_before < wanted; });
  return found == frames_.begin() ? 0 : static_cast<size_t>(found - frames_.begin()) - 1;
}

std::string ArchiveIndex::Encode() const {
  std::string content;
  for (size_t i = 0; i < frames_.size(); ++i) {
    const ArchiveFrame& frame = frames_[i];
    const int64_t next = i + 1 < frames_.size() ? frames_[i + 1].newlines_before : newlines_;
    PutVarint(frame.raw_size, content);
    PutVarint(frame.stored_size, content);
    PutVarint(next - frame.newlines_before, content);
    PutVarint(static_cast<int64_t>(frame.times.size()), content);
    content += frame.times;
  }
  const auto size = static_cast<uint32_t>(content.size() + kTrailerBytes);
  std::string text;
  PutFixed(kSkippable, text);
  PutFixed(size, text);
  text += content;
  PutFixed(size + kHeaderBytes, text);
  text.append(kMark.data(), kMark.size());
  return text;
}

absl::StatusOr<size_t> ArchiveIndex::SizeOf(absl::string_view trailer) {
  if (trailer.size() != kTrailerBytes || trailer.substr(4) != kMark) return Damaged();
  const size_t size = Fixed(trailer);
  if (size < kHeaderBytes + kTrailerBytes) return Damaged();
  return size;
}

absl::StatusOr<ArchiveIndex> ArchiveIndex::Decode(absl::string_view text) {
  if (text.size() < kHeaderBytes + kTrailerBytes || Fixed(text) != kSkippable ||
      Fixed(text.substr(4)) != text.size() - kHeaderBytes) {
    return Damaged();
  }
  text.remove_prefix(kHeaderBytes);
  text.remove_suffix(kTrailerBytes);
  constexpr int64_t kMost = int64_t{1} << 40;
  ArchiveIndex index;
  while (!text.empty()) {
    int64_t raw_size = 0, stored_size = 0, newlines = 0, times = 0;
    if (!TakeVarint(text, raw_size) || !TakeVarint(text, stored_size) ||
        !TakeVarint(text, newlines) || !TakeVarint(text, times) || raw_size <= 0 ||
        raw_size > kMost || stored_size > kMost || newlines > raw_size ||
        times > static_cast<int64_t>(text.size())) {
      return Damaged();
    }
    index.Add(static_cast<size_t>(raw_size), static_cast<size_t>(stored_size), newlines,
              std::string(text.substr(0, static_cast<size_t>(times))));
    text.remove_prefix(static_cast<size_t>(times));
    if (index.frames_.back().end() > kMost || index.frames_.back().stored_at > kMost) {
      return Damaged();
    }
  }
  return index;
}

}  // namespace kozmic
