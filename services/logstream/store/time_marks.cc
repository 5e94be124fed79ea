#include "services/logstream/store/time_marks.h"

#include <algorithm>
#include <limits>

namespace kozmic {
namespace {

constexpr uint8_t kMore = 0x80;
constexpr int kBits = 7;
constexpr int kMostBits = 63;

void PutNumber(uint64_t number, std::string& text) {
  for (; number >= kMore; number >>= kBits) text += static_cast<char>(number | kMore);
  text += static_cast<char>(number);
}

// Takes a number off the front of `text`; false when there is none.
bool TakeNumber(absl::string_view& text, int64_t& number) {
  uint64_t value = 0;
  for (int shift = 0; shift < kMostBits && !text.empty(); shift += kBits) {
    const auto byte = static_cast<uint8_t>(text.front());
    text.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & (kMore - 1)) << shift;
    if ((byte & kMore) == 0) {
      number = static_cast<int64_t>(value);
      return true;
    }
  }
  return false;
}

}  // namespace

void TimeMarks::Add(int64_t offset, int64_t unix_ms) {
  if (unix_ms <= 0) return;
  if (!marks_.empty() && unix_ms < marks_.back().unix_ms + kStepMs) return;
  marks_.push_back({offset, unix_ms});
}

void TimeMarks::Add(const TimeMarks& later) {
  for (const TimeMark& mark : later.marks_) Add(mark.offset, mark.unix_ms);
}

TimeMarks TimeMarks::Slice(int64_t begin, int64_t end) const {
  TimeMarks slice;
  auto at = std::upper_bound(marks_.begin(), marks_.end(), begin,
                             [](int64_t offset, const TimeMark& mark) { return offset < mark.offset; });
  if (at != marks_.begin()) --at;
  for (; at != marks_.end() && at->offset < end; ++at) {
    slice.marks_.push_back({std::max(at->offset, begin), at->unix_ms});
  }
  return slice;
}

void TimeMarks::DropBefore(int64_t offset) {
  *this = Slice(offset, std::numeric_limits<int64_t>::max());
}

std::string TimeMarks::Encode(int64_t base) const {
  std::string text;
  TimeMark before = {.offset = base};
  for (const TimeMark& mark : marks_) {
    PutNumber(static_cast<uint64_t>(mark.offset - before.offset), text);
    PutNumber(static_cast<uint64_t>(mark.unix_ms - before.unix_ms), text);
    before = mark;
  }
  return text;
}

absl::StatusOr<TimeMarks> TimeMarks::Decode(absl::string_view text, int64_t base) {
  TimeMarks marks;
  TimeMark mark = {.offset = base};
  while (!text.empty()) {
    int64_t offset = 0;
    int64_t time = 0;
    if (!TakeNumber(text, offset) || !TakeNumber(text, time) ||
        __builtin_add_overflow(mark.offset, offset, &mark.offset) ||
        __builtin_add_overflow(mark.unix_ms, time, &mark.unix_ms)) {
      return absl::DataLossError("damaged times");
    }
    marks.marks_.push_back(mark);
  }
  return marks;
}

}  // namespace kozmic
