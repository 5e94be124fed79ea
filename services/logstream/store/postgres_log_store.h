#ifndef KOZMIC_SERVICES_LOGSTREAM_POSTGRES_LOG_STORE_H_
#define KOZMIC_SERVICES_LOGSTREAM_POSTGRES_LOG_STORE_H_

#include <string>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/logstream/store/digest_book.h"
#include "services/logstream/store/log_store.h"

namespace kozmic {

// Logs as rows of compressed chunks; see migrations/logstream.
class PostgresLogStore final : public LogStore {
 public:
  // Not owned.
  explicit PostgresLogStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<LogInfo> Get(const std::string& name) override;
  absl::StatusOr<std::vector<LogInfo>> GetMany(const std::vector<std::string>& names) override;
  absl::StatusOr<Appended> Append(const std::string& name, int64_t offset,
                                  absl::string_view bytes, const TimeMarks& times) override;
  absl::StatusOr<std::string> Read(const std::string& name, int64_t offset, size_t most) override;
  absl::StatusOr<LinePosition> NearLine(const std::string& name, int64_t newlines) override;
  absl::StatusOr<Times> ReadTimes(const std::string& name, int64_t offset, size_t most) override;
  absl::StatusOr<LogInfo> Seal(const std::string& name, const SealAs& as) override;
  absl::StatusOr<bool> RemoveProject(int64_t project) override;

 private:
  // Takes back what was begun of a log before it was seen to be removed.
  absl::Status Unbegin(const std::string& name);

  PostgresPool& pool_;
  DigestBook digests_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_POSTGRES_LOG_STORE_H_
