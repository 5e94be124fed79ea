#include "services/build/simulation/database_checker.h"

#include "absl/strings/str_cat.h"
#include "lib/status/macros.h"

namespace kozmic::build::simulation {
namespace {

struct Query {
  const char* broken;
  // Selects what breaks it.
  const char* rows;
};

constexpr Query kQueries[] = {
    {"I4: build numbers have gaps",
     "SELECT FROM builds GROUP BY project_id HAVING max(number) <> count(*) OR min(number) <> 1"},
    {"I5: two live attempts at a job",
     "SELECT FROM attempts WHERE state = 2 GROUP BY job_id HAVING count(*) > 1"},
    {"I7: a job runs without a live attempt, or has one and does not run",
     "SELECT FROM jobs j LEFT JOIN attempts a ON a.job_id = j.job_id AND a.attempt = j.attempt "
     "WHERE (j.state = 2) <> coalesce(a.state = 2, false)"},
    {"I7: a held job that nothing will open",
     "SELECT FROM jobs h WHERE h.state = 1 AND h.gate IN (2, 3) AND NOT EXISTS ("
     "  SELECT FROM jobs j WHERE j.project_id = h.project_id AND (j.state = 2 OR "
     "  (j.state = 1 AND j.gate = 1 AND j.label_set = h.label_set)))"},
    {"I8: a job was given to more than 3 runners", "SELECT FROM jobs WHERE tries > 3"},
    {"I9: a build's verdict is not what its jobs say",
     "SELECT FROM builds b JOIN jobs j USING (build_id) GROUP BY b.build_id "
     "HAVING (b.state = 3) <> bool_and(j.state = 3) OR (b.state > 3) <> bool_or(j.state > 3)"},
    {"success of an attempt that was lost", "SELECT FROM attempts WHERE state = 3 AND lost"},
};

}  // namespace

absl::StatusOr<std::vector<std::string>> CheckDatabase(PostgresPool& pool) {
  std::vector<std::string> broken;
  KOZMIC_RETURN_IF_ERROR(pool.Transact([&](pqxx::work& tx) {
    broken.clear();
    tx.exec0("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    for (const Query& query : kQueries) {
      const auto count =
          tx.exec1(absl::StrCat("SELECT count(*) FROM (", query.rows, ") r"))[0].as<int64_t>();
      if (count > 0) broken.push_back(absl::StrCat(query.broken, ": ", count));
    }
    return absl::OkStatus();
  }));
  return broken;
}

}  // namespace kozmic::build::simulation
