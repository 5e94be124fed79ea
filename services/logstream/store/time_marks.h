#ifndef KOZMIC_SERVICES_LOGSTREAM_STORE_TIME_MARKS_H_
#define KOZMIC_SERVICES_LOGSTREAM_STORE_TIME_MARKS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kozmic {

// The bytes from `offset` on, up to the next mark, were written at `unix_ms`.
struct TimeMark {
  int64_t offset = 0;
  // Milliseconds since 1970.
  int64_t unix_ms = 0;

  bool operator==(const TimeMark& other) const {
    return offset == other.offset && unix_ms == other.unix_ms;
  }
};

// When a log's bytes were written: marks with growing offsets and times. Not thread-safe.
class TimeMarks {
 public:
  // Marks closer in time than this are one: no reader of a log tells them apart.
  static constexpr int64_t kStepMs = 10;

  // Adds what is known of the bytes from `offset` on, which is not before the last mark's. A time
  // that lies before the last mark's, as after a clock was set, counts as the last mark's; 0 is no
  // time, and says nothing.
  void Add(int64_t offset, int64_t unix_ms);
  void Add(const TimeMarks& later);

  // The marks of the bytes [begin, end); one that began before it begins with it.
  TimeMarks Slice(int64_t begin, int64_t end) const;
  void DropBefore(int64_t offset);

  const std::vector<TimeMark>& marks() const { return marks_; }
  bool empty() const { return marks_.empty(); }

  // Of a chunk that begins at `base`: pairs of LEB128 numbers, each the difference to the pair
  // before, the first to `base` and 0. Nothing for no marks. DATA_LOSS when it is not such.
  std::string Encode(int64_t base) const;
  static absl::StatusOr<TimeMarks> Decode(absl::string_view text, int64_t base);

 private:
  std::vector<TimeMark> marks_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_STORE_TIME_MARKS_H_
