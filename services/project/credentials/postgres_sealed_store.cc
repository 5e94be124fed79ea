#include "services/project/credentials/postgres_sealed_store.h"

#include "absl/strings/str_cat.h"
#include "lib/status/macros.h"

namespace kozmic::project {
namespace {

// Where a kind lies: its table and column, a text that names its rows, and their places.
struct Column {
  const char* table;
  const char* value;
  const char* key;
  const char* place;
};

Column ColumnOf(SealedKind kind) {
  switch (kind) {
    case SealedKind::kHookSecret:
      return {"hooks", "secret", "lpad(hook_id::text, 20, '0')", "'hooks/' || hook_id"};
    case SealedKind::kDeployKey:
      return {"deploy_keys", "private_key", "lpad(project_id::text, 20, '0')",
              "'deploy_keys/' || project_id"};
    case SealedKind::kSecret:
      return {"secrets", "value", "lpad(project_id::text, 20, '0') || '/' || name",
              "'secrets/' || project_id || '/' || name"};
    case SealedKind::kRegistryPassword:
      return {"registry_credentials", "password",
              "lpad(project_id::text, 20, '0') || '/' || registry",
              "'registries/' || project_id || '/' || registry"};
    case SealedKind::kBadgeToken:
      break;
  }
  return {"projects", "badge_token", "lpad(project_id::text, 20, '0')", "'badges/' || project_id"};
}

}  // namespace

absl::StatusOr<std::vector<SealedValue>> PostgresSealedStore::List(SealedKind kind,
                                                                   const std::string& after,
                                                                   int limit) {
  const Column column = ColumnOf(kind);
  std::vector<SealedValue> values;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    values.clear();
    for (const pqxx::row& row : tx.exec_params(
             absl::StrCat("SELECT key, place, value FROM (SELECT ", column.key,
                          " COLLATE \"C\" AS key, ", column.place, " AS place, ", column.value,
                          " AS value FROM ", column.table,
                          ") AS rows WHERE value <> '' AND key > $1 ORDER BY key LIMIT $2"),
             after, limit)) {
      values.push_back({.key = row[0].as<std::string>(),
                        .place = row[1].as<std::string>(),
                        .sealed = row[2].as<std::string>()});
    }
    return absl::OkStatus();
  }));
  return values;
}

absl::StatusOr<bool> PostgresSealedStore::Replace(SealedKind kind, const SealedValue& value,
                                                  const std::string& fresh) {
  const Column column = ColumnOf(kind);
  bool replaced = false;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    replaced =
        tx.exec_params(absl::StrCat("UPDATE ", column.table, " SET ", column.value, " = $3 WHERE ",
                                    column.key, " = $1 AND ", column.value, " = $2"),
                       value.key, value.sealed, fresh)
            .affected_rows() == 1;
    return absl::OkStatus();
  }));
  return replaced;
}

}  // namespace kozmic::project
