#include "services/logstream/log_store.h"

#include "lib/status/macros.h"
#include "services/logstream/errors.h"
#include "services/logstream/offsets.h"

namespace kozmic {

absl::Status CompareStored(LogStore& store, const std::string& name, int64_t offset,
                           absl::string_view bytes) {
  while (!bytes.empty()) {
    KOZMIC_ASSIGN_OR_RETURN(const std::string stored, store.Read(name, offset, bytes.size()));
    if (stored.empty() || bytes.substr(0, stored.size()) != stored) return ConflictError(offset);
    bytes.remove_prefix(stored.size());
    offset += static_cast<int64_t>(stored.size());
  }
  return absl::OkStatus();
}

absl::Status AppendOver(LogStore& store, const std::string& name, int64_t offset,
                        absl::string_view bytes) {
  // Each round either ends or finds the log longer than the round before: at most bytes.size()
  // rounds, two in practice.
  while (!bytes.empty()) {
    KOZMIC_ASSIGN_OR_RETURN(const LogStore::Appended appended, store.Append(name, offset, bytes));
    if (appended.done) return absl::OkStatus();
    const ChunkFit fit = FitChunk(appended.size, offset, bytes.size());
    if (fit.gap > 0) return GapError(offset, appended.size);
    KOZMIC_RETURN_IF_ERROR(CompareStored(store, name, offset, bytes.substr(0, fit.overlap)));
    bytes.remove_prefix(fit.overlap);
    offset += static_cast<int64_t>(fit.overlap);
  }
  return absl::OkStatus();
}

}  // namespace kozmic
