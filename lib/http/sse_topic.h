#ifndef KOZMIC_LIB_HTTP_SSE_TOPIC_H_
#define KOZMIC_LIB_HTTP_SSE_TOPIC_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace kozmic::http {

// One event of a topic. It covers the positions [begin, end): bytes of a log, revisions of a
// project. With begin == end it is a mark, which every reader that has come so far (where
// positions are contiguous: also one that is beyond) gets.
struct SseFrame {
  uint64_t begin = 0;
  uint64_t end = 0;
  std::string event;
  // One line: no CR, no LF.
  std::string data;
  // The data for a reader who already has everything before `from`, begin < from < end. Without it
  // such a reader gets the whole.
  std::function<std::string(uint64_t from)> tail = nullptr;
};

// "event: ...\ndata: ...\n\n": what goes over the wire, shared by all who get it.
using SseWire = std::shared_ptr<const std::string>;
SseWire ToWire(absl::string_view event, absl::string_view data);

// The recent frames of one topic, in a ring of bounded size, and the readers' positions in it.
// Each frame reaches each reader at most once and in order; a reader for whom the ring no longer
// has the next one learns that it is behind. Not thread-safe.
class SseTopic {
 public:
  struct Reader {
    // Everything before it was given out.
    uint64_t cursor = 0;
    uint64_t next_sequence = 0;
  };
  enum class Step { kNothing, kFrame, kBehind };

  // Frames are going to come from `position` on. With `contiguous`, a reader whose cursor lies
  // before the oldest frame is behind; otherwise frames replace each other and only a frame that
  // fell out of the ring unread makes a reader be behind.
  SseTopic(uint64_t position, size_t ring_bytes, bool contiguous)
      : ring_bytes_(ring_bytes), contiguous_(contiguous), position_(position) {}

  void Append(const SseFrame& frame);

  // A reader that has everything before `cursor`.
  Reader Join(uint64_t cursor) const;
  // The reader's next frame; moves the reader behind it.
  Step Next(Reader& reader, SseWire* wire) const;

  // Where the newest frame ends.
  uint64_t position() const { return position_; }
  size_t held_bytes() const { return held_bytes_; }

 private:
  struct Entry {
    SseFrame frame;
    SseWire wire;
    size_t size() const { return wire->size() + frame.data.size(); }
  };

  const size_t ring_bytes_;
  const bool contiguous_;
  uint64_t position_;
  std::deque<Entry> ring_;
  uint64_t first_sequence_ = 0;
  size_t held_bytes_ = 0;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_SSE_TOPIC_H_
