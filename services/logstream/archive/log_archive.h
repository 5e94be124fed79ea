#ifndef KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_LOG_ARCHIVE_H_
#define KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_LOG_ARCHIVE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "services/logstream/archive/archive_index.h"
#include "services/logstream/archive/object_store.h"
#include "services/logstream/store/log_store.h"

namespace kozmic {

// Sealed logs as objects. Knows nothing of which logs there are. Thread-safe.
class LogArchive {
 public:
  // So many logs' indexes are remembered.
  static constexpr size_t kMostIndexes = 64;

  // Not owned.
  explicit LogArchive(ObjectStore& objects) : objects_(objects) {}

  // The next bytes of a log, at most kChunkBytes, and when they were written; none at its end.
  struct Piece {
    std::string bytes;
    TimeMarks times;
  };
  using Source = std::function<absl::StatusOr<Piece>(int64_t offset)>;
  // Archives a log; what `source` gives must have this digest, else DATA_LOSS. Replaces an object
  // that was there.
  absl::Status Write(const std::string& log, const std::string& sha256, const Source& source);

  // As in LogStore, of a log that is here. DATA_LOSS when its object is damaged or missing.
  absl::StatusOr<std::string> Read(const std::string& log, int64_t offset, size_t most);
  absl::StatusOr<LinePosition> NearLine(const std::string& log, int64_t newlines);
  absl::StatusOr<LogStore::Times> ReadTimes(const std::string& log, int64_t offset, size_t most);

  // Idempotent.
  absl::Status Remove(const std::string& log);

 private:
  using Entries = std::list<std::pair<std::string, std::shared_ptr<const ArchiveIndex>>>;

  absl::StatusOr<std::shared_ptr<const ArchiveIndex>> IndexOf(const std::string& log);
  void Forget(const std::string& log);

  ObjectStore& objects_;
  absl::Mutex mutex_;
  // The one that was read last first.
  Entries entries_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, Entries::iterator> by_log_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_LOG_ARCHIVE_H_
