#include "services/build/build_creation.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/postgres/array.h"
#include "lib/status/annotate.h"
#include "services/build/build_rows.h"
#include "services/build/build_writer.h"
#include "services/build/channels.h"

namespace kozmic::build {
namespace {

constexpr int kDefaultTimeoutSeconds = 3600;
constexpr int kDefaultStallTimeoutSeconds = 900;

std::vector<std::string> Texts(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// A row of projects once the build's number and its jobs' ranks are taken.
struct Taken {
  int64_t build_id = 0;
  int64_t number = 0;
  int64_t last_rank = 0;
  bool cancels_of_pull_request = false;
  bool cancels_of_branch = false;
};

void InsertJobs(pqxx::transaction_base& tx, int64_t project, const Taken& taken,
                const v1::CreateBuildRequest& request) {
  const int count = request.jobs_size();
  std::vector<std::string> hooks, titles, images, scripts, install_scripts, tracked_files;
  std::vector<int64_t> label_sets, timeouts, stall_timeouts, limits, ranks;
  for (const v1::JobSpec& job : request.jobs()) {
    hooks.push_back(job.hook());
    titles.push_back(job.title());
    images.push_back(job.image());
    scripts.push_back(job.script());
    install_scripts.push_back(job.install_script());
    tracked_files.push_back(ToArray(Texts(job.tracked_files())));
    label_sets.push_back(LabelSetOf(tx, job.labels()));
    timeouts.push_back(TimeoutSeconds(job));
    stall_timeouts.push_back(StallTimeoutSeconds(job));
    limits.push_back(job.max_parallel());
    ranks.push_back(taken.last_rank - count + static_cast<int64_t>(ranks.size()) + 1);
  }
  tx.exec_params0(
      "INSERT INTO jobs (build_id, project_id, number, gate, hook, title, image, script, "
      "  install_script, tracked_files, label_set, timeout_seconds, stall_timeout_seconds, "
      "  max_parallel, rank) "
      "SELECT $1, $2, n.number, $3, n.hook, n.title, n.image, n.script, n.install_script, "
      "  n.tracked_files::text[], n.label_set, n.timeout, n.stall_timeout, n.max_parallel, n.rank "
      "FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], "
      "  $10::integer[], $11::integer[], $12::integer[], $13::integer[], $14::bigint[]) "
      "  WITH ORDINALITY AS n(hook, title, image, script, install_script, tracked_files, "
      "  label_set, timeout, stall_timeout, max_parallel, rank, number)",
      taken.build_id, project,
      static_cast<int>(request.needs_approval() ? v1::GATE_APPROVAL : v1::GATE_OPEN),
      ToArray(hooks), ToArray(titles), ToArray(images), ToArray(scripts), ToArray(install_scripts),
      ToArray(tracked_files), ToArray(label_sets), ToArray(timeouts), ToArray(stall_timeouts),
      ToArray(limits), ToArray(ranks));
}

// Cancels the older builds of the ref that are still under way, or, unless `of_branch`, those of
// the pull request. Other builds of the same commit go on: they are of other hooks. Those that
// somebody asked for by hand are theirs to cancel.
void CancelSuperseded(pqxx::transaction_base& tx, const std::string& public_url, int64_t project,
                      const v1::CreateBuildRequest& request, int64_t number, bool of_branch) {
  std::set<int64_t> older;
  for (const auto& row : tx.exec_params(
           "SELECT build_id FROM builds WHERE project_id = $1 AND ref = $2 AND end_time IS NULL "
           "AND number < $3 AND trigger <> $4 AND commit <> $5 AND ($6 OR pull_request = $7)",
           project, request.ref(), number, static_cast<int>(v1::TRIGGER_MANUAL), request.commit(),
           of_branch, request.pull_request())) {
    older.insert(row[0].as<int64_t>());
  }
  if (older.empty()) return;
  BuildWriter writer(tx, public_url);
  writer.Lock({project});
  writer.LoadIds(older);
  for (const int64_t id : older) {
    if (BuildModel* build = writer.FindId(id)) {
      build->CancelAll(absl::StrCat("Superseded by build #", number, "."));
    }
  }
  writer.Save();
}

bool Supersedes(const v1::CreateBuildRequest& request, const Taken& taken) {
  if (request.trigger() == v1::TRIGGER_MANUAL || request.trigger() == v1::TRIGGER_TAG) return false;
  return taken.cancels_of_branch || (request.pull_request() > 0 && taken.cancels_of_pull_request);
}

}  // namespace

int TimeoutSeconds(const v1::JobSpec& spec) {
  return spec.timeout_seconds() == 0 ? kDefaultTimeoutSeconds : spec.timeout_seconds();
}

int StallTimeoutSeconds(const v1::JobSpec& spec) {
  return spec.stall_timeout_seconds() == 0 ? kDefaultStallTimeoutSeconds
                                           : spec.stall_timeout_seconds();
}

int LabelSetOf(pqxx::transaction_base& tx,
               const google::protobuf::RepeatedPtrField<std::string>& labels) {
  // The migration made the empty set the first.
  if (labels.empty()) return 1;
  std::vector<std::string> sorted = Texts(labels);
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  const std::string array = ToArray(sorted);
  const std::string select = "SELECT label_set FROM label_sets WHERE labels = $1::text[]";
  // Mostly it is there; an insertion takes a number even when it conflicts.
  if (const pqxx::result known = tx.exec_params(select, array); !known.empty()) {
    return known[0][0].as<int>();
  }
  tx.exec_params0("INSERT INTO label_sets (labels) VALUES ($1::text[]) ON CONFLICT DO NOTHING",
                  array);
  return tx.exec_params1(select, array)[0].as<int>();
}

absl::StatusOr<int64_t> InsertBuild(pqxx::transaction_base& tx, const std::string& public_url,
                                    int64_t project, const v1::CreateBuildRequest& request) {
  const auto trigger =
      request.trigger() == v1::TRIGGER_UNSPECIFIED ? v1::TRIGGER_PUSH : request.trigger();
  // NextRank (domain/queue_rules.h), once for each job.
  const pqxx::result made = tx.exec_params(
      "WITH p AS (INSERT INTO projects AS old (project_id, last_number, revision, last_rank) "
      "  VALUES ($1, 1, 1, (SELECT last_value FROM queue_clock) + $12) "
      "  ON CONFLICT (project_id) DO UPDATE "
      "  SET last_number = old.last_number + 1, revision = old.revision + 1, "
      "    last_rank = greatest(old.last_rank, (SELECT last_value FROM queue_clock)) + $12 "
      "  WHERE old.delete_time IS NULL RETURNING last_number, revision, last_rank, "
      "    cancel_superseded_pull_requests, cancel_superseded_branches), "
      "b AS (INSERT INTO builds (project_id, number, revision, request_id, repository, ref, "
      "commit, "
      "  commit_url, message, author_name, author_login, author_avatar, fork, trigger, "
      "  pull_request, needs_approval, variables, creator) "
      "SELECT $1, p.last_number, p.revision, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $13, $14, "
      "  $15, $16::jsonb, $17 FROM p RETURNING build_id) "
      "SELECT build_id, last_number, last_rank, cancel_superseded_pull_requests, "
      "  cancel_superseded_branches FROM p, b",
      project, request.request_id(), request.repository(), request.ref(), request.commit(),
      request.commit_url(), request.message(), request.author().display_name(),
      request.author().login(), request.author().avatar_url(), request.fork(), request.jobs_size(),
      static_cast<int>(trigger), request.pull_request(), request.needs_approval(),
      VariablesToJson(request.variables()), request.creator());
  if (made.empty()) return absl::NotFoundError("the project is deleted");
  const Taken taken = {made[0][0].as<int64_t>(), made[0][1].as<int64_t>(), made[0][2].as<int64_t>(),
                       made[0][3].as<bool>(), made[0][4].as<bool>()};
  InsertJobs(tx, project, taken, request);
  tx.exec_params("SELECT pg_notify($1, ''), pg_notify($2, $3)", kJobsChannel, kChangesChannel,
                 absl::StrCat(project));
  if (Supersedes(request, taken)) {
    CancelSuperseded(tx, public_url, project, request, taken.number, taken.cancels_of_branch);
  }
  return taken.number;
}

absl::Status JoinPullRequest(pqxx::transaction_base& tx, const std::string& public_url,
                             int64_t project, const v1::CreateBuildRequest& request) {
  const pqxx::result settings = tx.exec_params(
      "UPDATE projects SET revision = revision + 1 WHERE project_id = $1 AND delete_time IS NULL "
      "RETURNING revision, cancel_superseded_pull_requests",
      project);
  if (settings.empty()) return absl::NotFoundError("the project is deleted");
  const pqxx::result joined = tx.exec_params(
      "UPDATE builds SET pull_request = $3, revision = $4 WHERE project_id = $1 "
      "AND request_id = $2 AND pull_request = 0 RETURNING number",
      project, request.request_id(), request.pull_request(), settings[0][0].as<int64_t>());
  if (joined.empty()) return absl::NotFoundError("no such build, or it is of a pull request");
  tx.exec_params("SELECT pg_notify($1, $2)", kChangesChannel, absl::StrCat(project));
  if (settings[0][1].as<bool>()) {
    CancelSuperseded(tx, public_url, project, request, joined[0][0].as<int64_t>(),
                     /*of_branch=*/false);
  }
  return absl::OkStatus();
}

}  // namespace kozmic::build
