#include "services/build/wait_rows.h"

#include <string>

#include "lib/postgres/array.h"

namespace kozmic::build {
namespace {

constexpr int kMostCounted = 1000;

}  // namespace

std::map<int64_t, WaitFacts> ReadWaits(pqxx::transaction_base& tx,
                                       const std::vector<int64_t>& jobs) {
  std::map<int64_t, WaitFacts> waits;
  for (const auto& row : tx.exec_params(
           std::string("WITH seen AS (SELECT r.runner, r.labels, r.slots, r.paused_by <> '' AS "
                       "  paused, (SELECT count(*) FROM attempts a WHERE a.runner = r.runner "
                       "   AND a.state = 2) AS busy FROM runners r WHERE ") +
               kSeenOfLate +
               "), online AS (SELECT * FROM seen WHERE NOT paused) "
               "SELECT j.job_id, j.number, j.gate, s.labels, p.max_parallel, "
               "  p.paused_by, "
               "  j.max_parallel AS hook_limit, "
               "  (SELECT count(*) FROM (SELECT FROM jobs q WHERE q.state = 1 AND q.gate = 1 "
               "     AND q.label_set = j.label_set AND (q.rank, q.job_id) < (j.rank, j.job_id) "
               "     LIMIT $2) AS before) AS ahead, "
               "  (SELECT count(*) FROM jobs r WHERE r.project_id = j.project_id AND r.state = 2) "
               "    AS project_running, "
               "  (SELECT count(*) FROM jobs r WHERE r.project_id = j.project_id AND r.state = 2 "
               "     AND r.hook = j.hook) AS hook_running, "
               "  fit.runners, fit.slots, fit.busy, (SELECT count(*) FROM online) > 0 AS "
               "any_runner, "
               "  (SELECT count(*) FROM seen o WHERE o.paused AND s.labels <@ o.labels) AS paused, "
               "  ARRAY(SELECT l FROM unnest(s.labels) AS l WHERE NOT EXISTS ("
               "    SELECT FROM online o WHERE l = ANY(o.labels)) ORDER BY l) AS missing "
               "FROM jobs j JOIN projects p ON p.project_id = j.project_id "
               "JOIN label_sets s USING (label_set) "
               "CROSS JOIN LATERAL (SELECT count(*) AS runners, coalesce(sum(o.slots), 0) AS "
               "slots, "
               "    coalesce(sum(least(o.busy, o.slots)), 0) AS busy "
               "  FROM online o WHERE s.labels <@ o.labels) fit "
               "WHERE j.job_id = ANY($1::bigint[]) AND j.state = 1 AND p.delete_time IS NULL",
           ToArray(jobs), kMostCounted)) {
    WaitFacts& wait = waits[row["job_id"].as<int64_t>()];
    wait.job = row["number"].as<int>();
    wait.gate = static_cast<v1::Gate>(row["gate"].as<int>());
    wait.labels = TextsFromArray(row["labels"]);
    wait.ahead = row["ahead"].as<int>();
    wait.fitting_runners = row["runners"].as<int>();
    wait.paused_runners = row["paused"].as<int>();
    wait.slots = row["slots"].as<int>();
    wait.busy_slots = row["busy"].as<int>();
    wait.missing_labels = TextsFromArray(row["missing"]);
    wait.any_runner = row["any_runner"].as<bool>();
    wait.project_paused_by = row["paused_by"].c_str();
    wait.project_limit = row["max_parallel"].as<int>();
    wait.project_running = row["project_running"].as<int>();
    wait.hook_limit = row["hook_limit"].as<int>();
    wait.hook_running = row["hook_running"].as<int>();
  }
  return waits;
}

}  // namespace kozmic::build
