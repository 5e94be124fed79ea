#include "services/build/admin/untold_rows.h"

#include "absl/strings/str_cat.h"
#include "services/build/channels.h"
#include "services/build/notify/notices.h"
#include "services/build/row_times.h"

namespace kozmic::build {
namespace {

constexpr int kMostListed = 500;
constexpr int kMostCounted = 10'000;

// Kinds are v1::Untold::Kind. A receiver that failed has all that is for it put off.
constexpr char kUntold[] =
    "WITH untold AS ("
    "  SELECT 1 AS kind, o.project_id, o.commit || ' ' || o.context AS subject, o.failures, "
    "    o.last_error, o.next_try_time FROM status_outbox o "
    "    WHERE o.reported < o.wanted AND ($1 = 0 OR o.project_id = $1) "
    "  UNION ALL "
    "  SELECT CASE WHEN m.notification_hook_id = 0 THEN 2 ELSE 3 END, m.project_id, "
    "    'projects/' || m.project_id || '/builds/' || m.build_number, m.failures, m.last_error, "
    "    greatest(m.next_try_time, h.pause_time) FROM messages m "
    "    LEFT JOIN notification_hooks h USING (notification_hook_id) "
    "    WHERE m.end_time IS NULL AND ($1 = 0 OR m.project_id = $1)), "
    "living AS (SELECT u.* FROM untold u JOIN projects p USING (project_id) "
    "  WHERE p.delete_time IS NULL) ";

}  // namespace

v1::ListUntoldResponse ReadUntold(pqxx::transaction_base& tx, int64_t project) {
  v1::ListUntoldResponse response;
  for (const auto& row : tx.exec_params(
           absl::StrCat(kUntold, "SELECT kind, project_id, subject, failures, last_error, ",
                        Micros("next_try_time"),
                        " AS due FROM living ORDER BY next_try_time, project_id, subject LIMIT $2"),
           project, kMostListed)) {
    v1::Untold& untold = *response.add_untold();
    untold.set_kind(static_cast<v1::Untold::Kind>(row["kind"].as<int>()));
    untold.set_project(absl::StrCat("projects/", row["project_id"].as<int64_t>()));
    untold.set_subject(row["subject"].c_str());
    untold.set_failures(row["failures"].as<int>());
    untold.set_last_error(row["last_error"].c_str());
    SetTime(row["due"], untold.mutable_next_try_time());
  }
  response.set_total(
      tx.exec_params1(
            absl::StrCat(kUntold, "SELECT count(*) FROM (SELECT FROM living LIMIT $2) AS counted"),
            project, kMostCounted)[0]
          .as<int>());
  return response;
}

int RetryUntoldNow(pqxx::transaction_base& tx, int64_t project) {
  const auto retry = [&](const char* statement) {
    return static_cast<int>(tx.exec_params(statement, project).affected_rows());
  };
  int retried = retry(
      "UPDATE status_outbox SET next_try_time = now() WHERE reported < wanted "
      "AND next_try_time > now() AND ($1 = 0 OR project_id = $1)");
  // Of a hook that is paused all messages wait.
  retried += retry(
      "UPDATE messages m SET next_try_time = now() WHERE m.end_time IS NULL "
      "AND (m.next_try_time > now() OR EXISTS (SELECT FROM notification_hooks h "
      "  WHERE h.notification_hook_id = m.notification_hook_id AND h.pause_time > now())) "
      "AND ($1 = 0 OR m.project_id = $1)");
  retry(
      "UPDATE notification_hooks SET pause_time = NULL WHERE pause_time > now() "
      "AND ($1 = 0 OR project_id = $1)");
  tx.exec_params("SELECT pg_notify($1, ''), pg_notify($2, '')", kStatusesChannel, kNoticesChannel);
  return retried;
}

}  // namespace kozmic::build
