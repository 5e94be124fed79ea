#include "services/build/metrics/build_gauges.h"

namespace kozmic::build {

// Runners that are online are those that AdminService calls so.
std::unique_ptr<LookedUpGauges> NewBuildGauges(PostgresPool& pool) {
  return NewSqlGauges(
      pool,
      {{"kozmic_queue_jobs", "Jobs that wait for a runner.",
        SqlCountOf("jobs WHERE state = 1 AND gate = 1")},
       {"kozmic_queue_held_jobs",
        "Jobs that wait for an approval, or for others of their project or hook.",
        SqlCountOf("jobs WHERE state = 1 AND gate <> 1")},
       {"kozmic_queue_oldest_seconds", "How long the first of the jobs has waited for a runner.",
        "coalesce((SELECT extract(epoch FROM now() - queue_time) FROM jobs "
        "WHERE state = 1 AND gate = 1 ORDER BY queue_time LIMIT 1), 0)"},
       {"kozmic_leases", "Jobs that runners have.", SqlCountOf("attempts WHERE state = 2")},
       {"kozmic_runners_online", "Runners that were seen of late.",
        "(SELECT count(*) FROM runners WHERE seen_time > now() - interval '6 minutes')"},
       {"kozmic_runners_paused", "Runners that get no further jobs.",
        "(SELECT count(*) FROM runners WHERE paused_by <> '')"},
       {"kozmic_runner_slots", "Jobs that the runners which are online can have at once.",
        "coalesce((SELECT sum(slots) FROM runners "
        "WHERE seen_time > now() - interval '6 minutes' AND paused_by = ''), 0)"},
       {"kozmic_statuses_untold", "Commit statuses that GitHub is still to be told.",
        SqlCountOf("status_outbox WHERE reported < wanted")},
       {"kozmic_statuses_overdue_seconds", "How long a commit status has been due.",
        "greatest(0, coalesce((SELECT extract(epoch FROM now() - min(next_try_time)) "
        "FROM status_outbox WHERE reported < wanted), 0))"},
       {"kozmic_notifications_unsent", "Mails and outgoing webhooks that are still to be sent.",
        SqlCountOf("messages WHERE end_time IS NULL")}});
}

}  // namespace kozmic::build
