#include "services/project/credentials/postgres_registry_store.h"

#include "absl/strings/str_cat.h"
#include "lib/history/settings_history.h"
#include "lib/status/macros.h"

namespace kozmic::project {
namespace {

constexpr char kColumns[] =
    "registry, username, password, (extract(epoch FROM update_time) * 1000000)::bigint";

RegistryRecord Read(const pqxx::row& row) {
  return {.registry = row[0].as<std::string>(),
          .username = row[1].as<std::string>(),
          .sealed_password = row[2].as<std::string>(),
          .update_time = TimeFromMicros(row[3])};
}

Change ChangeOf(const std::string& registry, Change::Action action) {
  return {.subject = absl::StrCat("registries/", registry), .title = registry, .action = action};
}

}  // namespace

absl::StatusOr<RegistryRecord> PostgresRegistryStore::Set(int64_t project_id,
                                                          const RegistryRecord& record,
                                                          int64_t most, const Author& by) {
  RegistryRecord kept;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    // The project's row orders those who set credentials at once.
    if (tx.exec_params("SELECT FROM projects WHERE project_id = $1 AND state = 2 FOR UPDATE",
                       project_id)
            .empty()) {
      return absl::NotFoundError("no such project");
    }
    const int64_t others =
        tx.exec_params1(
              "SELECT count(*) FROM registry_credentials WHERE project_id = $1 AND registry <> $2",
              project_id, record.registry)[0]
            .as<int64_t>();
    if (others >= most) return absl::ResourceExhaustedError("too many registries");
    const pqxx::result old = tx.exec_params(
        "SELECT username FROM registry_credentials WHERE project_id = $1 AND registry = $2",
        project_id, record.registry);
    kept = Read(tx.exec_params1(
        absl::StrCat("INSERT INTO registry_credentials (project_id, registry, username, password)"
                     " VALUES ($1, $2, $3, $4) ON CONFLICT (project_id, registry) DO UPDATE SET"
                     " username = excluded.username, password = excluded.password,"
                     " update_time = now() RETURNING ",
                     kColumns),
        project_id, record.registry, record.username, record.sealed_password));
    Change change =
        ChangeOf(record.registry, old.empty() ? Change::Action::kAdded : Change::Action::kChanged);
    const SettingValues before = {
        {"username", old.empty() ? nlohmann::json() : nlohmann::json(old[0][0].c_str())}};
    change.fields = FieldChanges(before, {{"username", kept.username}});
    AddChange(tx, project_id, by, change);
    return absl::OkStatus();
  }));
  return kept;
}

absl::StatusOr<std::vector<RegistryRecord>> PostgresRegistryStore::List(int64_t project_id) {
  std::vector<RegistryRecord> records;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    records.clear();
    for (const pqxx::row& row :
         tx.exec_params(absl::StrCat("SELECT ", kColumns,
                                     " FROM registry_credentials WHERE project_id = $1"
                                     " ORDER BY registry"),
                        project_id)) {
      records.push_back(Read(row));
    }
    return absl::OkStatus();
  }));
  return records;
}

absl::Status PostgresRegistryStore::Delete(int64_t project_id, const std::string& registry,
                                           const Author& by) {
  return pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    const pqxx::result result =
        tx.exec_params("DELETE FROM registry_credentials WHERE project_id = $1 AND registry = $2",
                       project_id, registry);
    if (result.affected_rows() == 0) {
      return absl::NotFoundError("the project has no credentials of this registry");
    }
    AddChange(tx, project_id, by, ChangeOf(registry, Change::Action::kRemoved));
    return absl::OkStatus();
  });
}

}  // namespace kozmic::project
