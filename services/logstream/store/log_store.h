#ifndef KOZMIC_SERVICES_LOGSTREAM_LOG_STORE_H_
#define KOZMIC_SERVICES_LOGSTREAM_LOG_STORE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/logstream/store/log_batch.h"
#include "services/logstream/store/time_marks.h"

namespace kozmic {

struct LogInfo {
  std::string name;
  // Committed bytes.
  int64_t size = 0;
  bool sealed = false;
  // Of all bytes, in lower-case hexadecimal; only when sealed.
  std::string sha256 = {};
  // Its project's logs were removed: it has nothing, and never will.
  bool removed = false;
  // Its bytes are no longer kept: Read gives none.
  bool expired = false;
};

// A place in a log, and how many line ends there are before it.
struct LinePosition {
  int64_t offset = 0;
  int64_t newlines = 0;
};

// The committed bytes of every log. Thread-safe; calls block. Several processes may use one store
// at once: each call is atomic among them.
//
// Every method may answer UNAVAILABLE or DEADLINE_EXCEEDED; an Add or Seal that does may have
// happened nevertheless.
class LogStore {
 public:
  virtual ~LogStore() = default;

  // NOT_FOUND (UnknownLogError) for a log that has no byte and no seal.
  virtual absl::StatusOr<LogInfo> Get(const std::string& name) = 0;
  // Those of the named logs that there are or that are removed, in any order.
  virtual absl::StatusOr<std::vector<LogInfo>> GetMany(const std::vector<std::string>& names) = 0;

  struct Appended {
    // False when the offset is not the log's size: nothing was changed.
    bool done = false;
    // The log's size now.
    int64_t size = 0;
  };
  // Adds the batch's bytes (at least 1, at most kCommitBytes) if its offset is the log's size; the
  // first one, at 0, brings a log about. SealedError for a sealed log, RemovedError for a removed
  // one.
  virtual absl::StatusOr<Appended> Add(const std::string& name, const LogBatch& batch) = 0;
  absl::StatusOr<Appended> Append(const std::string& name, int64_t offset, absl::string_view bytes,
                                  const TimeMarks& times) {
    return Add(name, LogBatch(offset, std::string(bytes), times));
  }

  // Tells of a batch that was added just now, so that Seal need not read it if all of a log's
  // batches are told in order. No promise, and no need.
  virtual void Remember(const std::string& /*name*/, const LogBatch& /*batch*/) {}

  // Bytes from `offset` on: at least one unless the log ends there, perhaps fewer than `most`,
  // never more. Empty for an unknown log. DATA_LOSS when the stored bytes are damaged.
  virtual absl::StatusOr<std::string> Read(const std::string& name, int64_t offset,
                                           size_t most) = 0;

  // A place at or before the log's line with so many line ends before it, as near to it as the
  // store knows. The beginning for an unknown log.
  virtual absl::StatusOr<LinePosition> NearLine(const std::string& name, int64_t newlines) = 0;

  struct Times {
    TimeMarks marks = {};
    // Where to go on; the log's size when there are no more.
    int64_t next = 0;
  };
  // When the bytes from `offset` on were written: at most about `most` marks. The first may lie
  // before `offset`, but in the same chunk.
  virtual absl::StatusOr<Times> ReadTimes(const std::string& name, int64_t offset, size_t most) = 0;

  struct SealAs {
    // Nothing: whatever size it has.
    std::optional<int64_t> size = std::nullopt;
    // Nothing: whatever bytes it has.
    std::string sha256 = "";
  };
  // Ends the log. Sealing again the same is OK. IncompleteError when the log has another size,
  // DifferentError when it has other bytes; RemovedError for a removed one.
  virtual absl::StatusOr<LogInfo> Seal(const std::string& name, const SealAs& as) = 0;

  // Frees the bytes of a sealed log; nothing happens to another one. Idempotent.
  virtual absl::Status Expire(const std::string& name) = 0;

  // Removes the logs of a project, those named "logs/{project}-…": from the first call on they are
  // removed for everyone, the call itself frees a bounded part of what they had. True when nothing
  // is left. Idempotent; several processes may do it at once.
  virtual absl::StatusOr<bool> RemoveProject(int64_t project) = 0;
};

// OK when the store has exactly `bytes` at `offset`; ConflictError when it has others there (or
// ends before).
absl::Status CompareStored(LogStore& store, const std::string& name, int64_t offset,
                           absl::string_view bytes);

// Makes sure that the log has the batch's bytes at its offset, also when another writer, or an
// earlier try whose answer was lost, has put some of them there already: those are compared.
// GapError, ConflictError, SealedError, RemovedError.
absl::Status AppendOver(LogStore& store, const std::string& name, const LogBatch& batch);

// Where the line with so many line ends before it begins; the log's end when it has fewer.
absl::StatusOr<int64_t> FindLine(LogStore& store, const std::string& name, int64_t newlines);
// Where the last `lines` lines of the log's first `size` bytes begin; bytes after the last line end
// are a line. At most kMostTailBytes before `size`, also in the middle of a line.
absl::StatusOr<int64_t> FindLineFromEnd(LogStore& store, const std::string& name, int64_t size,
                                        int64_t lines);

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_LOG_STORE_H_
