#ifndef KOZMIC_SERVICES_LOGSTREAM_TAIL_WINDOW_H_
#define KOZMIC_SERVICES_LOGSTREAM_TAIL_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/strings/string_view.h"

namespace kozmic {

// One reader's place in a log, and the newest live bytes that wait for it: at most `capacity`, the
// oldest are let go when there are more, because the store will have them. Tells where the reader's
// next bytes come from, so that it gets each byte once, in order, whatever hints are lost, late or
// double. Not thread-safe.
class TailWindow {
 public:
  TailWindow(int64_t next, size_t capacity) : next_(next), capacity_(capacity) {}

  // Offset of the next byte to send.
  int64_t next() const { return next_; }
  // Bytes that are held.
  size_t size() const { return live_.size(); }

  // Nothing before `offset` is wanted; before the first byte is taken.
  void BeginAt(int64_t offset);
  // Live bytes have come.
  void Offer(int64_t offset, absl::string_view bytes);
  // The store has at least `size` bytes.
  void Stored(int64_t size);
  // Nothing at or beyond `size` is wanted.
  void EndAt(int64_t size);

  enum class Source { kNone, kLive, kStore };
  Source Next() const;

  // After kLive: the next bytes, at most `most`.
  std::string Take(size_t most);
  // After kStore: what was read there at `offset`. Returns the part of it that is still wanted,
  // which is thereby sent.
  std::string TakeStored(int64_t offset, std::string bytes);

 private:
  int64_t live_end() const { return live_begin_ + static_cast<int64_t>(live_.size()); }
  void DropFront(size_t size);

  int64_t next_;
  const size_t capacity_;
  int64_t stored_ = 0;
  int64_t end_ = std::numeric_limits<int64_t>::max();
  // One run of bytes at live_begin_ >= next_; nothing when empty.
  std::string live_;
  int64_t live_begin_ = 0;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_TAIL_WINDOW_H_
