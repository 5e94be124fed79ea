#ifndef KOZMIC_SERVICES_LOGSTREAM_MEMORY_LOG_STORE_H_
#define KOZMIC_SERVICES_LOGSTREAM_MEMORY_LOG_STORE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/logstream/store/log_store.h"

namespace kozmic {

// A LogStore that forgets, for tests.
class MemoryLogStore final : public LogStore {
 public:
  absl::StatusOr<LogInfo> Get(const std::string& name) override;
  absl::StatusOr<std::vector<LogInfo>> GetMany(const std::vector<std::string>& names) override;
  absl::StatusOr<Appended> Add(const std::string& name, const LogBatch& batch) override;
  absl::StatusOr<std::string> Read(const std::string& name, int64_t offset, size_t most) override;
  absl::StatusOr<LinePosition> NearLine(const std::string& name, int64_t newlines) override;
  absl::StatusOr<Times> ReadTimes(const std::string& name, int64_t offset, size_t most) override;
  absl::StatusOr<LogInfo> Seal(const std::string& name, const SealAs& as) override;
  absl::Status Expire(const std::string& name) override;
  absl::StatusOr<bool> RemoveProject(int64_t project) override;

 private:
  struct Entry {
    std::string bytes;
    TimeMarks times;
    bool sealed = false;
    // Of an expired log, which has no bytes.
    std::optional<LogInfo> expired = std::nullopt;
  };

  static LogInfo Info(const std::string& name, const Entry& entry);

  bool IsRemoved(const std::string& name) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  std::map<std::string, Entry> logs_ ABSL_GUARDED_BY(mutex_);
  // "logs/12-"
  std::set<std::string> removed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_MEMORY_LOG_STORE_H_
