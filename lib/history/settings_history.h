#ifndef KOZMIC_LIB_HISTORY_SETTINGS_HISTORY_H_
#define KOZMIC_LIB_HISTORY_SETTINGS_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/history/change.h"
#include "lib/postgres/pool.h"

namespace kozmic {

// Changes lie in the table settings_changes of the schema of the service whose settings they are.

// Of a project's history so much is kept: the newest changes, until there are more of them, or more
// bytes in them. The newest one always is.
struct HistoryLimits {
  int64_t changes = 1000;
  int64_t bytes = 32 << 20;
};

// Of a field, values of more bytes than this together, as JSON, are left out of lists.
inline constexpr size_t kLongestListedValues = 200;

// Adds a change to its project's history, within the transaction that makes it, and dates it.
// Throws what libpqxx throws, as all bodies of transactions do.
void AddChange(pqxx::transaction_base& tx, int64_t project_id, const Author& author,
               const Change& change, const HistoryLimits& limits = {});

// Reads the histories of a service's projects. Thread-safe. Fails as the pool does, besides what
// each method names.
class SettingsHistory {
 public:
  // `pool`, of the service's own schema, must outlive this.
  explicit SettingsHistory(PostgresPool& pool) : pool_(pool) {}

  // Changes with a number below `before` (0: all), newest first, at most `limit`; without long
  // values.
  absl::StatusOr<std::vector<ChangeRecord>> List(int64_t project_id, int64_t before,
                                                 int limit) const;
  // NOT_FOUND.
  absl::StatusOr<ChangeRecord> Get(int64_t project_id, int64_t number) const;

 private:
  PostgresPool& pool_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_HISTORY_SETTINGS_HISTORY_H_
