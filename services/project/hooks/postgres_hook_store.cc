#include "services/project/hooks/postgres_hook_store.h"

#include "absl/strings/str_cat.h"
#include "lib/postgres/array.h"
#include "lib/postgres/prepared.h"
#include "lib/postgres/times.h"
#include "lib/status/macros.h"
#include "services/project/hooks/hook_rows.h"

namespace kozmic::project {
namespace {

// What counts.
constexpr char kCounts[] = "made AND remove_time IS NULL";

absl::Status NoSuchHook() { return absl::NotFoundError("no such hook"); }

}  // namespace

absl::StatusOr<int64_t> PostgresHookStore::NextHookId() {
  int64_t hook_id = 0;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    hook_id =
        tx.exec1("SELECT nextval(pg_get_serial_sequence('hooks', 'hook_id'))")[0].as<int64_t>();
    return absl::OkStatus();
  }));
  return hook_id;
}

absl::StatusOr<HookRecord> PostgresHookStore::AddHook(const HookRecord& hook,
                                                      const std::string& sealed_secret,
                                                      const Author& by, bool only_title) {
  HookRecord added;
  const HookFields& fields = hook.fields;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    // The project's row orders those whose titles must be the only ones.
    if (tx.exec_params(absl::StrCat("SELECT FROM projects WHERE project_id = $1 AND state = 2",
                                    only_title ? " FOR UPDATE" : ""),
                       hook.project_id)
            .empty()) {
      return absl::NotFoundError("no such project");
    }
    if (only_title && !tx.exec_params("SELECT FROM hooks WHERE project_id = $1 AND title = $2"
                                      " AND remove_time IS NULL LIMIT 1",
                                      hook.project_id, fields.title)
                           .empty()) {
      return absl::AlreadyExistsError("the project has a hook with this title");
    }
    added = ReadHook(tx.exec_params1(
        absl::StrCat("INSERT INTO hooks (hook_id, project_id, title, image, script, secret,"
                     " install_script, tracked_files, disabled, branches, events, labels,"
                     " timeout_seconds, stall_timeout_seconds, max_parallel, services,"
                     " creator_id, creator_login, creator_token)"
                     " OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text[],"
                     " NOT $9::boolean, $10::text[], $11, $12::text[], $13, $14, $15, $16::jsonb,"
                     " $17, $18, $19) RETURNING ",
                     kHookColumns),
        hook.hook_id, hook.project_id, fields.title, fields.image, fields.script, sealed_secret,
        fields.install_script, ToArray(fields.tracked_files), fields.enabled,
        ToArray(fields.branches), fields.events, ToArray(fields.labels), fields.timeout_seconds,
        fields.stall_timeout_seconds, fields.max_parallel, ServicesToJson(fields.services),
        by.user_id, by.login, by.by_access_token));
    return absl::OkStatus();
  }));
  return added;
}

absl::Status PostgresHookStore::ActivateHook(int64_t hook_id, int64_t github_hook_id) {
  return pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    return MarkMade(tx, hook_id, github_hook_id, /*unknown_only=*/false) ? absl::OkStatus()
                                                                         : NoSuchHook();
  });
}

absl::Status PostgresHookStore::TakeHookBack(int64_t hook_id) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0("DELETE FROM hooks WHERE hook_id = $1 AND NOT made", hook_id);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<HookRecord>> PostgresHookStore::NextUnmadeHook(int64_t after,
                                                                            absl::Duration age) {
  std::optional<HookRecord> hook;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    hook.reset();
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("SELECT ", kHookColumns,
                     " FROM hooks WHERE NOT made AND hook_id > $1"
                     " AND create_time <= now() - $2::interval ORDER BY hook_id LIMIT 1"),
        after, Interval(age));
    if (!rows.empty()) hook = ReadHook(rows[0]);
    return absl::OkStatus();
  }));
  return hook;
}

absl::StatusOr<std::vector<HookRecord>> PostgresHookStore::List(int64_t project_id,
                                                                const char* condition) {
  std::vector<HookRecord> hooks;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    hooks.clear();
    for (const pqxx::row& row : tx.exec_params(
             absl::StrCat("SELECT ", kHookColumns, " FROM hooks WHERE project_id = $1 AND ",
                          condition, " ORDER BY hook_id"),
             project_id)) {
      hooks.push_back(ReadHook(row));
    }
    return absl::OkStatus();
  }));
  return hooks;
}

absl::StatusOr<std::vector<HookRecord>> PostgresHookStore::ListHooks(int64_t project_id) {
  return List(project_id, kCounts);
}

absl::StatusOr<std::map<int64_t, std::vector<HookRecord>>> PostgresHookStore::ListHooksOf(
    const std::vector<int64_t>& project_ids) {
  std::map<int64_t, std::vector<HookRecord>> hooks;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    hooks.clear();
    for (const pqxx::row& row :
         ExecPrepared(tx,
                      absl::StrCat("SELECT ", kHookColumns,
                                   " FROM hooks WHERE project_id = ANY($1::bigint[]) AND ", kCounts,
                                   " ORDER BY hook_id"),
                      ToArray(project_ids))) {
      HookRecord hook = ReadHook(row);
      hooks[hook.project_id].push_back(std::move(hook));
    }
    return absl::OkStatus();
  }));
  return hooks;
}

absl::StatusOr<std::vector<HookRecord>> PostgresHookStore::ListAllHooks(int64_t project_id) {
  return List(project_id, "remove_time IS NULL");
}

absl::StatusOr<HookRecord> PostgresHookStore::GetHook(int64_t project_id, int64_t hook_id) {
  HookRecord hook;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("SELECT ", kHookColumns,
                     " FROM hooks WHERE project_id = $1 AND hook_id = $2 AND ", kCounts),
        project_id, hook_id);
    if (rows.empty()) return NoSuchHook();
    hook = ReadHook(rows[0]);
    return absl::OkStatus();
  }));
  return hook;
}

absl::StatusOr<HookRecord> PostgresHookStore::SetFields(int64_t project_id, int64_t hook_id,
                                                        const HookFields& fields,
                                                        const Author& by) {
  HookRecord hook;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    const pqxx::result old =
        tx.exec_params(absl::StrCat("SELECT ", kHookColumns,
                                    " FROM hooks WHERE project_id = $1 AND hook_id = $2 AND ",
                                    kCounts, " FOR UPDATE"),
                       project_id, hook_id);
    if (old.empty()) return NoSuchHook();
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("UPDATE hooks SET title = $3, image = $4, script = $5, install_script = $6,"
                     " tracked_files = $7::text[], disabled = NOT $8::boolean,"
                     " branches = $9::text[], events = $10, labels = $11::text[],"
                     " timeout_seconds = $12, stall_timeout_seconds = $13, max_parallel = $14,"
                     " services = $15::jsonb,"
                     " update_time = now()"
                     " WHERE project_id = $1 AND hook_id = $2 AND ",
                     kCounts, " RETURNING ", kHookColumns),
        project_id, hook_id, fields.title, fields.image, fields.script, fields.install_script,
        ToArray(fields.tracked_files), fields.enabled, ToArray(fields.branches), fields.events,
        ToArray(fields.labels), fields.timeout_seconds, fields.stall_timeout_seconds,
        fields.max_parallel, ServicesToJson(fields.services));
    hook = ReadHook(rows[0]);
    auto changes = FieldChanges(ValuesOf(ReadHook(old[0]).fields), ValuesOf(hook.fields));
    if (changes.empty()) return absl::OkStatus();
    AddChange(tx, project_id, by,
              {.subject = HookSubject(hook_id),
               .title = hook.fields.title,
               .action = Change::Action::kChanged,
               .fields = std::move(changes)});
    return absl::OkStatus();
  }));
  return hook;
}

absl::Status PostgresHookStore::RemoveHook(int64_t hook_id, const Author* by) {
  return pool_.Transact([&](pqxx::work& tx) {
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("UPDATE hooks SET remove_time = now(), secret = '', github_hook_id = NULL"
                     " WHERE hook_id = $1 AND remove_time IS NULL RETURNING ",
                     kHookColumns),
        hook_id);
    if (!rows.empty() && by != nullptr) {
      AddHookChange(tx, *by, ReadHook(rows[0]), Change::Action::kRemoved);
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::string> PostgresHookStore::GetSealedSecret(int64_t hook_id) {
  std::string secret;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows = tx.exec_params(
        "SELECT secret FROM hooks WHERE hook_id = $1 AND remove_time IS NULL", hook_id);
    if (rows.empty()) return NoSuchHook();
    secret = rows[0][0].as<std::string>();
    return absl::OkStatus();
  }));
  return secret;
}

}  // namespace kozmic::project
