#ifndef KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_LOG_ARCHIVER_H_
#define KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_LOG_ARCHIVER_H_

#include <atomic>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/base/worker.h"
#include "services/logstream/store/postgres_log_store.h"

namespace kozmic {

// Moves sealed logs from the database to the archive, in the background. Any number of processes
// may do it at once.
class LogArchiver {
 public:
  // Not owned; it has an archive.
  explicit LogArchiver(PostgresLogStore& store);
  ~LogArchiver();

  // A log was sealed. Thread-safe; returns at once.
  void Wake() { worker_.Wake(); }

  // Moves all that there are. The first error; the others are moved nevertheless.
  static absl::Status ArchiveAll(PostgresLogStore& store, const std::atomic<bool>& stopping);

 private:
  absl::Duration Step();

  PostgresLogStore& store_;
  std::atomic<bool> stopping_ = false;
  bool failing_ = false;
  // Last: uses the rest.
  Worker worker_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_ARCHIVE_LOG_ARCHIVER_H_
