#ifndef KOZMIC_LIB_POSTGRES_PREPARED_H_
#define KOZMIC_LIB_POSTGRES_PREPARED_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "pqxx/pqxx"

namespace kozmic {

// As tx.exec_params, but the server parses the statement once for each connection, and mostly also
// plans it once: for statements of orchestration, that is most of their cost. `sql` must be one of
// a few texts: each stays in the server's memory until the connection ends.
template <typename... Args>
pqxx::result ExecPrepared(pqxx::transaction_base& tx, const std::string& sql, Args&&... args) {
  // Names are cut at 63 bytes, so the text itself cannot be one. libpqxx refuses a name that has
  // another text already.
  const std::string name = absl::StrCat("s", absl::Hex(std::hash<std::string>()(sql)));
  tx.conn().prepare(name, sql);
  return tx.exec_prepared(name, std::forward<Args>(args)...);
}

}  // namespace kozmic

#endif  // KOZMIC_LIB_POSTGRES_PREPARED_H_
