#ifndef KOZMIC_SERVICES_LOGSTREAM_POSTGRES_LOG_STORE_H_
#define KOZMIC_SERVICES_LOGSTREAM_POSTGRES_LOG_STORE_H_

#include <string>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/logstream/archive/log_archive.h"
#include "services/logstream/store/digest_book.h"
#include "services/logstream/store/log_store.h"

namespace kozmic {

// Logs as rows of compressed chunks; see migrations/logstream.
class PostgresLogStore final : public LogStore {
 public:
  // Not owned. Without an archive, logs that were moved to one cannot be read.
  explicit PostgresLogStore(PostgresPool& pool, LogArchive* archive = nullptr)
      : pool_(pool), archive_(archive) {}

  absl::StatusOr<LogInfo> Get(const std::string& name) override;
  absl::StatusOr<std::vector<LogInfo>> GetMany(const std::vector<std::string>& names) override;
  absl::StatusOr<Appended> Add(const std::string& name, const LogBatch& batch) override;
  void Remember(const std::string& name, const LogBatch& batch) override;
  absl::StatusOr<std::string> Read(const std::string& name, int64_t offset, size_t most) override;
  absl::StatusOr<LinePosition> NearLine(const std::string& name, int64_t newlines) override;
  absl::StatusOr<Times> ReadTimes(const std::string& name, int64_t offset, size_t most) override;
  absl::StatusOr<LogInfo> Seal(const std::string& name, const SealAs& as) override;
  absl::Status Expire(const std::string& name) override;
  absl::StatusOr<bool> RemoveProject(int64_t project) override;

  struct Archivable {
    int64_t id = 0;
    std::string name;
    std::string sha256;
  };
  // Sealed logs that are not archived, with greater ids than `after`, by id.
  absl::StatusOr<std::vector<Archivable>> FindArchivable(int64_t after, int most);
  // Moves a log to the archive, whole. OK when it is there by then, or the log is removed or
  // expired.
  absl::Status Archive(const Archivable& log);

 private:
  // What the archive answers about the log; `none` of a log that is not in it.
  template <typename T, typename Ask>
  absl::StatusOr<T> FromArchive(const std::string& name, T none, const Ask& ask);
  // Whether the log is in the archive; an error when that cannot be read.
  absl::StatusOr<bool> IsArchived(const std::string& name);
  // Takes back what was begun of a log before it was seen to be removed.
  absl::Status Unbegin(const std::string& name);

  PostgresPool& pool_;
  LogArchive* const archive_;
  DigestBook digests_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_POSTGRES_LOG_STORE_H_
