#include "services/logstream/store/time_marks.h"

#include <algorithm>
#include <limits>

#include "services/logstream/store/varint.h"

namespace kozmic {
void TimeMarks::Add(int64_t offset, int64_t unix_ms) {
  if (unix_ms <= 0) return;
  if (!marks_.empty() && unix_ms < marks_.back().unix_ms + kStepMs) return;
  // A mark that holds for no byte says nothing.
  if (!marks_.empty() && marks_.back().offset == offset) marks_.pop_back();
  marks_.push_back({offset, unix_ms});
}

void TimeMarks::Add(const TimeMarks& later) {
  for (const TimeMark& mark : later.marks_) Add(mark.offset, mark.unix_ms);
}

TimeMarks TimeMarks::Slice(int64_t begin, int64_t end) const {
  TimeMarks slice;
  auto at =
      std::upper_bound(marks_.begin(), marks_.end(), begin,
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
    PutVarint(mark.offset - before.offset, text);
    PutVarint(mark.unix_ms - before.unix_ms, text);
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
    if (!TakeVarint(text, offset) || !TakeVarint(text, time) ||
        __builtin_add_overflow(mark.offset, offset, &mark.offset) ||
        __builtin_add_overflow(mark.unix_ms, time, &mark.unix_ms)) {
      return absl::DataLossError("damaged times");
    }
    marks.marks_.push_back(mark);
  }
  return marks;
}

}  // namespace kozmic
