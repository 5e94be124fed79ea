#include "services/logstream/archive/log_archiver.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/logstream/limits.h"

namespace kozmic {
namespace {

constexpr int kTogether = 64;

}  // namespace

LogArchiver::LogArchiver(PostgresLogStore& store)
    : store_(store), worker_([this] { return Step(); }) {}

LogArchiver::~LogArchiver() {
  stopping_ = true;
  worker_.Stop();
}

absl::Duration LogArchiver::Step() {
  const absl::Status status = ArchiveAll(store_, stopping_);
  if (!status.ok() && !failing_) {
    Log(Severity::kError, "cannot move logs to the archive", {{"error", status}});
  }
  failing_ = !status.ok();
  return kArchiveInterval;
}

absl::Status LogArchiver::ArchiveAll(PostgresLogStore& store, const std::atomic<bool>& stopping) {
  absl::Status first;
  int64_t after = 0;
  while (true) {
    KOZMIC_ASSIGN_OR_RETURN(const auto logs, store.FindArchivable(after, kTogether));
    if (logs.empty()) return first;
    for (const PostgresLogStore::Archivable& log : logs) {
      if (stopping) return first;
      const absl::Status status = store.Archive(log);
      // Of one log; when nothing can be moved the next ones need not be tried.
      if (absl::IsUnavailable(status) || absl::IsResourceExhausted(status)) return status;
      first.Update(Annotate(status, log.name));
      after = log.id;
    }
  }
}

}  // namespace kozmic
