#include "services/build/build_change.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/build/channels.h"
#include "services/build/state_machine.h"
#include "services/build/status_text.h"

namespace kozmic::build {
namespace {

// The project's next revision; holds the project's lock until the transaction ends. Nothing when
// the project is deleted.
std::optional<int64_t> NextRevision(pqxx::work& tx, int64_t project) {
  const pqxx::result rows = tx.exec_params(
      "UPDATE projects SET revision = revision + 1 WHERE project_id = $1 AND delete_time IS NULL "
      "RETURNING revision",
      project);
  if (rows.empty()) return std::nullopt;
  return rows[0][0].as<int64_t>();
}

void NotifyChange(pqxx::work& tx, int64_t project, bool with_status) {
  // A round trip each would delay the commit; waking the reporter once too often harms nobody.
  tx.exec_params(with_status ? "SELECT pg_notify($1, $2), pg_notify($3, '')"
                             : "SELECT pg_notify($1, $2) WHERE $3 <> ''",
                 kChangesChannel, absl::StrCat(project), kStatusesChannel);
}

std::string BuildPage(const std::string& public_url, const AttemptKey& key) {
  return absl::StrCat(public_url, "/projects/", key.project, "/builds/", key.build, "/");
}

// Wishes that GitHub shows the status that `select` gives (project, commit, context, state,
// description, page, build number). A "pending" never replaces what is already wished for the same
// build, and an older build never replaces a newer one's wish.
std::string WishStatement(const std::string& select) {
  return "INSERT INTO status_outbox AS old (project_id, commit, context, state, description, "
         "target_url, build_number) " +
         select +
         " ON CONFLICT (project_id, commit, context) DO UPDATE SET state = excluded.state, "
         "description = excluded.description, target_url = excluded.target_url, "
         "build_number = excluded.build_number, "
         "wanted = old.wanted + 1, next_try_time = now(), failures = 0 "
         "WHERE excluded.build_number > old.build_number "
         "OR (excluded.build_number = old.build_number AND excluded.state <> 2)";
}

void WishVerdict(pqxx::work& tx, const std::string& public_url, const AttemptKey& key,
                 int64_t build_id, v1::State state, const std::string& job_title) {
  tx.exec_params0(
      WishStatement("SELECT project_id, commit, $2, $3::smallint, $4, $5, number FROM builds "
                    "WHERE build_id = $1"),
      build_id, kStatusContext, static_cast<int>(state),
      StatusDescription(key.build, state, job_title), BuildPage(public_url, key));
}

}  // namespace

bool RecordChange(pqxx::work& tx, int64_t project, int64_t build_id) {
  const std::optional<int64_t> revision = NextRevision(tx, project);
  if (!revision) return false;
  tx.exec_params0("UPDATE builds SET revision = $2 WHERE build_id = $1", build_id, *revision);
  NotifyChange(tx, project, /*with_status=*/false);
  return true;
}

bool RecordStart(pqxx::work& tx, const std::string& public_url, const AttemptKey& key,
                 int64_t build_id) {
  // One statement, because a runner waits for the commit: each round trip more is felt.
  const pqxx::result recorded = tx.exec_params(
      "WITH project AS (UPDATE projects SET revision = revision + 1 "
      "  WHERE project_id = $1 AND delete_time IS NULL RETURNING revision), "
      "build AS (UPDATE builds b SET revision = project.revision, state = greatest(b.state, 2), "
      "  start_time = coalesce(b.start_time, now()) FROM project WHERE b.build_id = $2 "
      "  RETURNING b.project_id, b.commit, b.number, b.state), "
      "wish AS (" +
          WishStatement("SELECT project_id, commit, $3, state, $4, $5, number FROM build "
                        "WHERE state = 2") +
          ") SELECT pg_notify($6, $7), pg_notify($8, '') FROM build",
      key.project, build_id, kStatusContext, StatusDescription(key.build, v1::STATE_PENDING, ""),
      BuildPage(public_url, key), kChangesChannel, absl::StrCat(key.project), kStatusesChannel);
  return !recorded.empty();
}

bool RecordVerdict(pqxx::work& tx, const std::string& public_url, const AttemptKey& key,
                   int64_t build_id) {
  const std::optional<int64_t> revision = NextRevision(tx, key.project);
  if (!revision) return false;
  const auto before = static_cast<v1::State>(
      tx.exec_params1("SELECT state FROM builds WHERE build_id = $1", build_id)[0].as<int>());
  std::vector<v1::State> jobs;
  std::string changed_title;
  for (const auto& row : tx.exec_params(
           "SELECT number, state, title FROM jobs WHERE build_id = $1 ORDER BY number", build_id)) {
    jobs.push_back(static_cast<v1::State>(row[1].as<int>()));
    if (row[0].as<int64_t>() == key.job) changed_title = row[2].c_str();
  }
  const v1::State after = BuildStateOf(before, jobs);
  tx.exec_params0(
      "UPDATE builds SET revision = $2, state = $3, "
      "end_time = CASE WHEN $4 THEN now() ELSE NULL END WHERE build_id = $1",
      build_id, *revision, static_cast<int>(after), AllEnded(jobs));
  // The verdict changes with the job that brings it: the one that has just changed.
  if (after != before) WishVerdict(tx, public_url, key, build_id, after, changed_title);
  NotifyChange(tx, key.project, /*with_status=*/after != before);
  return true;
}

}  // namespace kozmic::build
