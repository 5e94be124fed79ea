#include "services/build/wait_rows.h"

#include "lib/postgres/array.h"

namespace kozmic::build {
namespace {

constexpr int kMostCounted = 1000;

// Runners renew at least each 10 s while they have jobs and ask for jobs at least each 5 minutes.
constexpr char kSeenOfLate[] = "r.seen_time > now() - interval '6 minutes'";

}  // namespace

std::vector<WaitFacts> ReadWaits(pqxx::transaction_base& tx, int64_t project, int64_t number) {
  std::vector<WaitFacts> waits;
  for (const auto& row : tx.exec_params(
           std::string("WITH online AS (SELECT r.runner, r.labels, r.slots, "
                       "  (SELECT count(*) FROM attempts a WHERE a.runner = r.runner "
                       "   AND a.state = 2) AS busy FROM runners r WHERE ") +
               kSeenOfLate +
               ") SELECT j.number, j.gate, s.labels, p.max_parallel, j.max_parallel AS hook_limit, "
               "  (SELECT count(*) FROM (SELECT FROM jobs q WHERE q.state = 1 AND q.gate = 1 "
               "     AND q.label_set = j.label_set AND (q.rank, q.job_id) < (j.rank, j.job_id) "
               "     LIMIT $3) AS before) AS ahead, "
               "  (SELECT count(*) FROM jobs r WHERE r.project_id = j.project_id AND r.state = 2) "
               "    AS project_running, "
               "  (SELECT count(*) FROM jobs r WHERE r.project_id = j.project_id AND r.state = 2 "
               "     AND r.hook = j.hook) AS hook_running, "
               "  fit.runners, fit.slots, fit.busy, (SELECT count(*) FROM online) > 0 AS "
               "any_runner, "
               "  ARRAY(SELECT l FROM unnest(s.labels) AS l WHERE NOT EXISTS ("
               "    SELECT FROM online o WHERE l = ANY(o.labels)) ORDER BY l) AS missing "
               "FROM builds b JOIN projects p ON p.project_id = b.project_id "
               "JOIN jobs j ON j.build_id = b.build_id JOIN label_sets s USING (label_set) "
               "CROSS JOIN LATERAL (SELECT count(*) AS runners, coalesce(sum(o.slots), 0) AS "
               "slots, "
               "    coalesce(sum(least(o.busy, o.slots)), 0) AS busy "
               "  FROM online o WHERE s.labels <@ o.labels) fit "
               "WHERE b.project_id = $1 AND b.number = $2 AND j.state = 1 "
               "  AND p.delete_time IS NULL ORDER BY j.number",
           project, number, kMostCounted)) {
    WaitFacts& wait = waits.emplace_back();
    wait.job = row["number"].as<int>();
    wait.gate = static_cast<v1::Gate>(row["gate"].as<int>());
    wait.labels = TextsFromArray(row["labels"]);
    wait.ahead = row["ahead"].as<int>();
    wait.fitting_runners = row["runners"].as<int>();
    wait.slots = row["slots"].as<int>();
    wait.busy_slots = row["busy"].as<int>();
    wait.missing_labels = TextsFromArray(row["missing"]);
    wait.any_runner = row["any_runner"].as<bool>();
    wait.project_limit = row["max_parallel"].as<int>();
    wait.project_running = row["project_running"].as<int>();
    wait.hook_limit = row["hook_limit"].as<int>();
    wait.hook_running = row["hook_running"].as<int>();
  }
  return waits;
}

}  // namespace kozmic::build
