#include "services/project/hooks/hook_rows.h"

#include "absl/strings/str_cat.h"
#include "lib/postgres/array.h"
#include "lib/postgres/pool.h"
#include "services/project/hooks/hook_services.h"

namespace kozmic::project {

HookRecord ReadHook(const pqxx::row& row) {
  HookRecord hook{.hook_id = row[0].as<int64_t>(),
                  .project_id = row[1].as<int64_t>(),
                  .fields = {.title = row[2].as<std::string>(),
                             .image = row[3].as<std::string>(),
                             .script = row[4].as<std::string>(),
                             .install_script = row[5].as<std::string>(),
                             .tracked_files = TextsFromArray(row[6]),
                             .enabled = row[7].as<bool>(),
                             .branches = TextsFromArray(row[8]),
                             .events = row[9].as<unsigned>(),
                             .labels = TextsFromArray(row[13]),
                             .timeout_seconds = row[14].as<int>(),
                             .stall_timeout_seconds = row[15].as<int>(),
                             .max_parallel = row[16].as<int>(),
                             .services = ServicesFromJson(row[17].c_str())},
                  .create_time = TimeFromMicros(row[11]),
                  .update_time = TimeFromMicros(row[12])};
  if (!row[10].is_null()) hook.github_hook_id = row[10].as<int64_t>();
  return hook;
}

std::string HookSubject(int64_t hook_id) { return absl::StrCat("hooks/", hook_id); }

void AddHookChange(pqxx::transaction_base& tx, const Author& by, const HookRecord& hook,
                   Change::Action action) {
  const SettingValues values = ValuesOf(hook.fields);
  AddChange(tx, hook.project_id, by,
            {.subject = HookSubject(hook.hook_id),
             .title = hook.fields.title,
             .action = action,
             .fields = action == Change::Action::kAdded ? FieldChanges({}, values)
                                                        : FieldChanges(values, {})});
}

bool MarkMade(pqxx::transaction_base& tx, int64_t hook_id, int64_t github_hook_id,
              bool unknown_only) {
  const pqxx::result rows =
      tx.exec_params(absl::StrCat("SELECT ", kHookColumns,
                                  ", made, creator_id, creator_login, creator_token FROM hooks"
                                  " WHERE hook_id = $1 AND remove_time IS NULL FOR UPDATE"),
                     hook_id);
  if (rows.empty()) return false;
  const pqxx::row& row = rows[0];
  const HookRecord hook = ReadHook(row);
  if (unknown_only && hook.github_hook_id.has_value()) return true;
  tx.exec_params0("UPDATE hooks SET github_hook_id = $2, made = true WHERE hook_id = $1", hook_id,
                  github_hook_id);
  const Author by = {.user_id = row["creator_id"].as<int64_t>(),
                     .login = row["creator_login"].c_str(),
                     .by_access_token = row["creator_token"].as<bool>()};
  if (!row["made"].as<bool>() && !by.login.empty()) {
    AddHookChange(tx, by, hook, Change::Action::kAdded);
  }
  return true;
}

}  // namespace kozmic::project
