#include "services/build/notify/notices.h"

#include "lib/postgres/array.h"
#include "lib/postgres/prepared.h"

namespace kozmic::build {

void RecordNotices(pqxx::transaction_base& tx, const std::vector<Notice>& notices) {
  if (notices.empty()) return;
  std::vector<int64_t> projects;
  std::vector<int64_t> builds;
  std::vector<int64_t> generations;
  std::vector<int64_t> states;
  std::vector<std::string> titles;
  for (const Notice& notice : notices) {
    projects.push_back(notice.project);
    builds.push_back(notice.build_number);
    generations.push_back(notice.generation);
    states.push_back(notice.state);
    titles.push_back(notice.job_title);
  }
  ExecPrepared(tx,
               "WITH recorded AS (INSERT INTO notices "
               "  (project_id, build_number, generation, state, job_title) "
               "  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::smallint[], "
               "    $5::text[]) ON CONFLICT DO NOTHING RETURNING project_id) "
               "SELECT pg_notify($6, '') FROM recorded LIMIT 1",
               ToArray(projects), ToArray(builds), ToArray(generations), ToArray(states),
               ToArray(titles), kNoticesChannel);
}

bool DeleteNotices(pqxx::transaction_base& tx, int64_t project, int limit) {
  // Notices first: who makes messages of one holds its lock, so what they make is seen after it.
  const auto notices =
      ExecPrepared(tx,
                   "WITH part AS (SELECT generation, state, build_number FROM notices "
                   "  WHERE project_id = $1 ORDER BY build_number, generation, state "
                   "  LIMIT $2 FOR UPDATE) "
                   "DELETE FROM notices n USING part WHERE n.project_id = $1 "
                   "AND (n.build_number, n.generation, n.state) = "
                   "  (part.build_number, part.generation, part.state)",
                   project, limit)
          .affected_rows();
  const auto hooks =
      ExecPrepared(tx, "DELETE FROM notification_hooks WHERE project_id = $1", project)
          .affected_rows();
  return notices == 0 && hooks == 0;
}

}  // namespace kozmic::build
