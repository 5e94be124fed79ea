#include "services/build/settings_rows.h"

#include "absl/strings/str_cat.h"

namespace kozmic::build {

absl::Status SelectSettings(pqxx::transaction_base& tx, int64_t project,
                            v1::ProjectSettings* settings) {
  settings->set_name(absl::StrCat("projects/", project, "/settings"));
  const pqxx::result rows = tx.exec_params(
      "SELECT fail_fast, cancel_superseded_pull_requests, cancel_superseded_branches, "
      "max_parallel, retry_lost, mail, delete_time IS NOT NULL, submodules, log_days, "
      "log_builds, log_failures FROM projects WHERE project_id = $1",
      project);
  if (rows.empty()) {
    settings->set_cancel_superseded_pull_requests(true);
    settings->set_mail(true);
    settings->set_submodules(false);
    settings->set_log_days(0);
    settings->set_log_builds(0);
    settings->set_log_failures(kLogFailures);
    return absl::OkStatus();
  }
  if (rows[0][6].as<bool>()) return absl::NotFoundError("the project is deleted");
  settings->set_fail_fast(rows[0][0].as<bool>());
  settings->set_cancel_superseded_pull_requests(rows[0][1].as<bool>());
  settings->set_cancel_superseded_branches(rows[0][2].as<bool>());
  settings->set_max_parallel(rows[0][3].as<int>());
  settings->set_retry_lost(rows[0][4].as<bool>());
  settings->set_mail(rows[0][5].as<bool>());
  settings->set_submodules(rows[0][7].as<bool>());
  settings->set_log_days(rows[0][8].as<int>());
  settings->set_log_builds(rows[0][9].as<int>());
  settings->set_log_failures(rows[0][10].as<int>());
  return absl::OkStatus();
}

SettingValues ValuesOf(const v1::ProjectSettings& settings) {
  return {{"fail_fast", settings.fail_fast()},
          {"cancel_superseded_pull_requests", settings.cancel_superseded_pull_requests()},
          {"cancel_superseded_branches", settings.cancel_superseded_branches()},
          {"max_parallel", settings.max_parallel()},
          {"retry_lost", settings.retry_lost()},
          {"mail", settings.mail()},
          {"submodules", settings.submodules()},
          {"log_days", settings.log_days()},
          {"log_builds", settings.log_builds()},
          {"log_failures", settings.log_failures()}};
}

}  // namespace kozmic::build
