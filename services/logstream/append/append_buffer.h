#ifndef KOZMIC_SERVICES_LOGSTREAM_APPEND_BUFFER_H_
#define KOZMIC_SERVICES_LOGSTREAM_APPEND_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/logstream/store/time_marks.h"

namespace kozmic {

// What one writer has sent of a log and the store does not have yet: the bytes [committed, end).
// Decides what becomes of each chunk. Not thread-safe.
class AppendBuffer {
 public:
  // Of a log that has `committed` bytes and may have `limit`.
  AppendBuffer(int64_t committed, int64_t limit) : committed_(committed), limit_(limit) {}

  int64_t committed() const { return committed_; }
  int64_t end() const { return committed_ + static_cast<int64_t>(bytes_.size()); }
  size_t size() const { return bytes_.size(); }

  struct Accepted {
    // Not 0: so many of the chunk's first bytes are committed. Nothing was taken; compare them with
    // the store's, then offer the rest.
    size_t in_store = 0;
    // So many of the chunk's last bytes were new and taken.
    size_t taken = 0;
  };
  // A chunk that was written at `unix_ms`, 0 when that is not known. GapError, ConflictError (with
  // bytes that are still here), LimitError: nothing was taken.
  absl::StatusOr<Accepted> Accept(int64_t offset, absl::string_view bytes, int64_t unix_ms = 0);

  // The next bytes to commit, at offset committed() + `skip`; at most `most`. `skip`: at most
  // size().
  absl::string_view Batch(size_t most, size_t skip = 0) const;
  // When the buffered bytes were written.
  const TimeMarks& times() const { return times_; }
  // The first `size` bytes have been committed.
  void Commit(size_t size);
  // Forgets what is not committed: it cannot be.
  void Drop() {
    bytes_.clear();
    times_ = {};
  }

 private:
  int64_t committed_;
  const int64_t limit_;
  std::string bytes_;
  TimeMarks times_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_APPEND_BUFFER_H_
