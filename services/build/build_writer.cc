#include "services/build/build_writer.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "lib/postgres/array.h"
#include "lib/postgres/prepared.h"
#include "services/build/channels.h"
#include "services/build/domain/commit_status.h"
#include "services/build/domain/queue_rules.h"
#include "services/build/notify/notices.h"
#include "services/build/state_machine.h"
#include "services/build/status_text.h"

namespace kozmic::build {
namespace {

std::string Ids(const std::set<int64_t>& ids) {
  return ToArray(std::vector<int64_t>(ids.begin(), ids.end()));
}

// Values of one column for a statement that changes many rows: "unnest($1::bigint[], …)".
template <typename T, typename Rows, typename Of>
std::string Column(const Rows& rows, Of of) {
  std::vector<T> values;
  values.reserve(rows.size());
  for (const auto& row : rows) values.push_back(static_cast<T>(of(row)));
  return ToArray(values);
}

constexpr int kNoExitCode = -1;

// The same as OpenProjectGates for those that the hook's limit holds back.
bool OpenHookGates(pqxx::transaction_base& tx, int64_t project, const std::string& hook,
                   int places) {
  return ExecPrepared(
             tx,
             "UPDATE jobs SET gate = 1 WHERE job_id IN ("
             "  SELECT held.job_id FROM label_sets s "
             "  CROSS JOIN LATERAL (SELECT job_id FROM jobs WHERE project_id = $1 AND hook = $2 "
             "    AND state = 1 AND gate = 3 AND label_set = s.label_set "
             "    ORDER BY rank LIMIT $3) held)",
             project, hook, places)
             .affected_rows() > 0;
}

}  // namespace

bool OpenProjectGates(pqxx::transaction_base& tx, int64_t project, int places) {
  return ExecPrepared(tx,
                      "UPDATE jobs SET gate = 1 WHERE job_id IN ("
                      "  SELECT held.job_id FROM label_sets s "
                      "  CROSS JOIN LATERAL (SELECT job_id FROM jobs WHERE project_id = $1 "
                      "    AND state = 1 AND gate <> 1 AND gate = 2 AND label_set = s.label_set "
                      "    ORDER BY rank LIMIT $2) held)",
                      project, places)
             .affected_rows() > 0;
}

void BuildWriter::Lock(const std::set<int64_t>& projects) {
  for (const auto& row :
       ExecPrepared(tx_,
                    "SELECT project_id, revision, last_rank, fail_fast, retry_lost, max_parallel, "
                    "pause_time IS NOT NULL FROM projects WHERE project_id = ANY($1::bigint[]) AND "
                    "delete_time IS NULL "
                    "ORDER BY project_id FOR UPDATE",
                    Ids(projects))) {
    ProjectModel& project = projects_[row[0].as<int64_t>()];
    project.id = row[0].as<int64_t>();
    project.revision = row[1].as<int64_t>();
    project.last_rank = row[2].as<int64_t>();
    project.fail_fast = row[3].as<bool>();
    project.retry_lost = row[4].as<bool>();
    project.max_parallel = row[5].as<int>();
    project.paused = row[6].as<bool>();
  }
}

ProjectModel* BuildWriter::FindProject(int64_t project) {
  const auto found = projects_.find(project);
  return found == projects_.end() ? nullptr : &found->second;
}

BuildModel* BuildWriter::Find(int64_t project, int64_t number) {
  const auto found = ids_.find({project, number});
  return found == ids_.end() ? nullptr : &builds_.at(found->second);
}

BuildModel* BuildWriter::FindId(int64_t build_id) {
  const auto found = builds_.find(build_id);
  return found == builds_.end() ? nullptr : &found->second;
}

void BuildWriter::Load(const std::set<Key>& builds) {
  std::set<int64_t> ids;
  for (const auto& row :
       ExecPrepared(tx_,
                    "SELECT b.build_id FROM builds b JOIN unnest($1::bigint[], $2::bigint[]) AS "
                    "k(project_id, number) ON b.project_id = k.project_id AND b.number = k.number",
                    Column<int64_t>(builds, [](const Key& key) { return key.first; }),
                    Column<int64_t>(builds, [](const Key& key) { return key.second; }))) {
    ids.insert(row[0].as<int64_t>());
  }
  LoadIds(ids);
}

void BuildWriter::LoadIds(const std::set<int64_t>& build_ids) {
  if (build_ids.empty()) return;
  const std::string ids = Ids(build_ids);
  for (const auto& row : ExecPrepared(
           tx_,
           "SELECT build_id, project_id, number, ref, commit, state, generation, needs_approval, "
           "approver, verdict_job FROM builds WHERE build_id = ANY($1::bigint[])",
           ids)) {
    if (FindProject(row["project_id"].as<int64_t>()) == nullptr) continue;
    BuildModel& build = builds_[row["build_id"].as<int64_t>()];
    build.id = row["build_id"].as<int64_t>();
    build.project = row["project_id"].as<int64_t>();
    build.number = row["number"].as<int64_t>();
    build.ref = row["ref"].c_str();
    build.commit = row["commit"].c_str();
    build.state = build.loaded_state = static_cast<v1::State>(row["state"].as<int>());
    build.generation = build.loaded_generation = row["generation"].as<int>();
    build.needs_approval = row["needs_approval"].as<bool>();
    build.approver = row["approver"].c_str();
    build.verdict_job = row["verdict_job"].c_str();
    ids_[{build.project, build.number}] = build.id;
  }
  for (const auto& row : ExecPrepared(
           tx_,
           "SELECT build_id, job_id, number, title, state, gate, attempt, tries, cancelling, "
           "reason, exit_code FROM jobs WHERE build_id = ANY($1::bigint[]) "
           "ORDER BY build_id, number",
           ids)) {
    BuildModel* build = FindId(row["build_id"].as<int64_t>());
    if (build == nullptr) continue;
    JobModel& job = build->jobs.emplace_back();
    job.id = row["job_id"].as<int64_t>();
    job.number = row["number"].as<int>();
    job.title = row["title"].c_str();
    job.state = static_cast<v1::State>(row["state"].as<int>());
    job.gate = static_cast<v1::Gate>(row["gate"].as<int>());
    job.attempt = row["attempt"].as<int>();
    job.tries = row["tries"].as<int>();
    job.cancelling = row["cancelling"].as<bool>();
    job.reason = row["reason"].c_str();
    if (!row["exit_code"].is_null()) job.exit_code = row["exit_code"].as<int>();
  }
}

void BuildWriter::Save() {
  std::vector<BuildModel*> builds;
  std::vector<Job> jobs;
  std::set<int64_t> projects;
  for (auto& [id, build] : builds_) {
    if (!build.changed) continue;
    build.Settle();
    builds.push_back(&build);
    projects.insert(build.project);
    for (JobModel& job : build.jobs) {
      if (job.changed) jobs.emplace_back(&build, &job);
    }
  }
  if (builds.empty()) return;
  SaveJobs(jobs);
  SaveBuilds(builds);
  SaveProjects(projects);
  OpenGatesAfter(jobs);
  WishStatuses(builds);
  NoteVerdicts(builds);
  Tell(builds, jobs);
}

void BuildWriter::SaveJobs(const std::vector<Job>& jobs) {
  if (jobs.empty()) return;
  std::optional<int64_t> clock;
  std::vector<int64_t> ranks;
  for (const auto& [build, job] : jobs) {
    if (!job->needs_rank) {
      ranks.push_back(0);
      continue;
    }
    if (!clock) clock = ExecPrepared(tx_, "SELECT last_value FROM queue_clock")[0][0].as<int64_t>();
    ProjectModel& project = projects_.at(build->project);
    project.last_rank = NextRank(project.last_rank, *clock);
    ranks.push_back(project.last_rank);
  }
  ExecPrepared(
      tx_,
      "UPDATE jobs j SET state = n.state, gate = n.gate, attempt = n.attempt, tries = n.tries, "
      "  cancelling = n.cancelling, reason = n.reason, exit_code = nullif(n.exit_code, $13), "
      "  start_time = CASE WHEN n.started THEN now() WHEN n.enqueued THEN NULL "
      "    ELSE j.start_time END, "
      "  end_time = CASE WHEN n.ended THEN now() WHEN n.enqueued THEN NULL ELSE j.end_time END, "
      "  queue_time = CASE WHEN n.enqueued THEN now() ELSE j.queue_time END, "
      "  rank = CASE WHEN n.rank > 0 THEN n.rank ELSE j.rank END "
      "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], "
      "  $6::boolean[], $7::text[], $8::bigint[], $9::boolean[], $10::boolean[], $11::boolean[], "
      "  $12::bigint[]) AS n(job_id, state, gate, attempt, tries, cancelling, reason, exit_code, "
      "  started, ended, enqueued, rank) WHERE j.job_id = n.job_id",
      Column<int64_t>(jobs, [](const Job& job) { return job.second->id; }),
      Column<int64_t>(jobs, [](const Job& job) { return job.second->state; }),
      Column<int64_t>(jobs, [](const Job& job) { return job.second->gate; }),
      Column<int64_t>(jobs, [](const Job& job) { return job.second->attempt; }),
      Column<int64_t>(jobs, [](const Job& job) { return job.second->tries; }),
      Column<bool>(jobs, [](const Job& job) { return job.second->cancelling; }),
      Column<std::string>(jobs, [](const Job& job) { return job.second->reason; }),
      Column<int64_t>(jobs,
                      [](const Job& job) { return job.second->exit_code.value_or(kNoExitCode); }),
      Column<bool>(jobs, [](const Job& job) { return job.second->was_started; }),
      Column<bool>(jobs, [](const Job& job) { return job.second->was_ended; }),
      Column<bool>(jobs, [](const Job& job) { return job.second->was_enqueued; }), ToArray(ranks),
      kNoExitCode);
}

void BuildWriter::SaveBuilds(const std::vector<BuildModel*>& builds) {
  std::vector<int64_t> revisions;
  revisions.reserve(builds.size());
  for (const BuildModel* build : builds) {
    revisions.push_back(++projects_.at(build->project).revision);
  }
  ExecPrepared(
      tx_,
      "UPDATE builds b SET state = n.state, generation = n.generation, revision = n.revision, "
      "  approver = n.approver, verdict_job = n.verdict_job, "
      "  approve_time = CASE WHEN n.approved THEN now() ELSE b.approve_time END, "
      "  start_time = CASE WHEN n.state > 1 AND n.started THEN coalesce(b.start_time, now()) "
      "    ELSE b.start_time END, "
      "  end_time = CASE WHEN n.ended THEN coalesce(b.end_time, now()) ELSE NULL END "
      "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], "
      "  $7::boolean[], $8::boolean[], $9::boolean[]) AS n(build_id, state, generation, revision, "
      "  approver, verdict_job, approved, started, ended) WHERE b.build_id = n.build_id",
      Column<int64_t>(builds, [](const BuildModel* build) { return build->id; }),
      Column<int64_t>(builds, [](const BuildModel* build) { return build->state; }),
      Column<int64_t>(builds, [](const BuildModel* build) { return build->generation; }),
      ToArray(revisions),
      Column<std::string>(builds, [](const BuildModel* build) { return build->approver; }),
      Column<std::string>(builds, [](const BuildModel* build) { return build->verdict_job; }),
      Column<bool>(builds, [](const BuildModel* build) { return build->was_approved; }),
      Column<bool>(builds,
                   [](const BuildModel* build) {
                     return std::any_of(build->jobs.begin(), build->jobs.end(),
                                        [](const JobModel& job) { return job.was_started; });
                   }),
      Column<bool>(builds, [](const BuildModel* build) { return build->all_ended(); }));
}

void BuildWriter::SaveProjects(const std::set<int64_t>& projects) {
  std::vector<ProjectModel*> changed;
  changed.reserve(projects.size());
  for (const int64_t project : projects) changed.push_back(&projects_.at(project));
  ExecPrepared(
      tx_,
      "UPDATE projects p SET revision = n.revision, last_rank = n.last_rank "
      "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS n(project_id, revision, last_rank) "
      "WHERE p.project_id = n.project_id",
      Column<int64_t>(changed, [](const ProjectModel* project) { return project->id; }),
      Column<int64_t>(changed, [](const ProjectModel* project) { return project->revision; }),
      Column<int64_t>(changed, [](const ProjectModel* project) { return project->last_rank; }));
}

void BuildWriter::OpenGatesAfter(const std::vector<Job>& jobs) {
  // Jobs that left; and those that passed on their turn, which took no place of their hook's.
  std::set<int64_t> left;
  std::set<int64_t> passed;
  for (const auto& [build, job] : jobs) {
    if (job->has_left) left.insert(job->id);
    if (job->passes_its_turn) passed.insert(job->id);
  }
  if (left.empty() && passed.empty()) return;
  // Most projects hold nothing back.
  std::map<int64_t, int> places;
  for (const auto& row : ExecPrepared(
           tx_,
           "SELECT n.project_id, n.hook, n.of_hook, n.of_project, EXISTS (SELECT FROM jobs j "
           "  WHERE j.project_id = n.project_id AND j.state = 1 AND j.gate <> 1 AND j.gate = 2), "
           "  n.of_hook > 0 AND EXISTS (SELECT FROM jobs j WHERE j.project_id = n.project_id "
           "  AND j.hook = n.hook AND j.state = 1 AND j.gate = 3) "
           "FROM (SELECT project_id, hook, count(*) FILTER (WHERE job_id = ANY($1::bigint[])) AS "
           "  of_hook, count(*) AS of_project FROM jobs "
           "  WHERE job_id = ANY($1::bigint[] || $2::bigint[]) GROUP BY project_id, hook) n",
           Ids(left), Ids(passed))) {
    const auto project = row[0].as<int64_t>();
    if (row[4].as<bool>()) places[project] += row[3].as<int>();
    if (row[5].as<bool>()) {
      gates_opened_ =
          OpenHookGates(tx_, project, row[1].c_str(), row[2].as<int>()) || gates_opened_;
    }
  }
  for (const auto& [project, free] : places) {
    gates_opened_ = OpenProjectGates(tx_, project, free) || gates_opened_;
  }
}

void BuildWriter::WishStatuses(const std::vector<BuildModel*>& builds) {
  std::set<std::pair<int64_t, std::string>> commits;
  for (const BuildModel* build : builds) {
    // An approved build counts from then on, whatever has become of it meanwhile.
    if (build->state_changed() || build->was_approved)
      commits.emplace(build->project, build->commit);
  }
  if (commits.empty()) return;
  using Commit = std::pair<int64_t, std::string>;
  std::map<Commit, std::vector<CommitBuild>> builds_of;
  for (const auto& row : ExecPrepared(
           tx_,
           "SELECT DISTINCT ON (b.project_id, b.commit, b.ref, b.trigger = 3) b.project_id, "
           "  b.commit, b.number, b.state, b.verdict_job "
           "FROM unnest($1::bigint[], $2::text[]) AS c(project_id, commit) "
           "JOIN builds b ON b.project_id = c.project_id AND b.commit = c.commit "
           // What nobody has approved says nothing of the commit, which may be the project's own.
           "WHERE NOT (b.needs_approval AND b.approver = '') "
           "ORDER BY b.project_id, b.commit, b.ref, b.trigger = 3, b.number DESC",
           Column<int64_t>(commits, [](const Commit& commit) { return commit.first; }),
           Column<std::string>(commits, [](const Commit& commit) { return commit.second; }))) {
    builds_of[{row[0].as<int64_t>(), row[1].c_str()}].push_back(
        {row[2].as<int64_t>(), static_cast<v1::State>(row[3].as<int>()), row[4].c_str()});
  }
  struct Wish {
    Commit commit;
    CommitStatus status;
  };
  std::vector<Wish> wishes;
  for (const auto& [commit, its_builds] : builds_of) {
    if (auto status = CommitStatusOf(its_builds)) wishes.push_back({commit, *std::move(status)});
  }
  if (wishes.empty()) return;
  status_wished_ = true;
  ExecPrepared(
      tx_,
      "INSERT INTO status_outbox AS old (project_id, commit, context, state, description, "
      "  target_url) SELECT n.project_id, n.commit, $6, n.state, n.description, n.page "
      "FROM unnest($1::bigint[], $2::text[], $3::smallint[], $4::text[], $5::text[]) AS "
      "  n(project_id, commit, state, description, page) "
      "ON CONFLICT (project_id, commit, context) DO UPDATE SET state = excluded.state, "
      "  description = excluded.description, target_url = excluded.target_url, "
      "  wanted = old.wanted + 1, next_try_time = now(), failures = 0 "
      "WHERE (old.state, old.description, old.target_url) IS DISTINCT FROM "
      "  (excluded.state, excluded.description, excluded.target_url)",
      Column<int64_t>(wishes, [](const Wish& wish) { return wish.commit.first; }),
      Column<std::string>(wishes, [](const Wish& wish) { return wish.commit.second; }),
      Column<int64_t>(wishes, [](const Wish& wish) { return wish.status.state; }),
      Column<std::string>(wishes, [](const Wish& wish) { return wish.status.description; }),
      Column<std::string>(wishes,
                          [this](const Wish& wish) {
                            return BuildPage(public_url_, wish.commit.first, wish.status.build);
                          }),
      kStatusContext);
}

void BuildWriter::NoteVerdicts(const std::vector<BuildModel*>& builds) {
  std::vector<Notice> notices;
  for (const BuildModel* build : builds) {
    if (!build->state_changed() || !IsTerminal(build->state)) continue;
    // Strangers' pull requests send nobody mail by themselves.
    if (build->waits_for_approval()) continue;
    notices.push_back({.project = build->project,
                       .build_number = build->number,
                       .generation = build->generation,
                       .state = build->state,
                       .job_title = build->verdict_job});
  }
  if (!notices.empty()) RecordNotices(tx_, notices);
}

void BuildWriter::Tell(const std::vector<BuildModel*>& builds, const std::vector<Job>& jobs) {
  std::vector<std::string> channels;
  std::vector<std::string> payloads;
  const auto tell = [&](const char* channel, std::string payload) {
    channels.emplace_back(channel);
    payloads.push_back(std::move(payload));
  };
  std::set<int64_t> projects;
  for (const BuildModel* build : builds) projects.insert(build->project);
  for (const int64_t project : projects) tell(kChangesChannel, absl::StrCat(project));
  if (status_wished_) tell(kStatusesChannel, "");
  bool jobs_may_run = gates_opened_;
  std::set<int64_t> told_to_end;
  for (const auto& [build, job] : jobs) {
    jobs_may_run = jobs_may_run || job->was_enqueued;
    if (job->was_told_to_end) told_to_end.insert(job->id);
  }
  if (jobs_may_run) tell(kJobsChannel, "");
  ExecPrepared(tx_,
               "SELECT pg_notify(n.channel, n.payload) FROM unnest($1::text[], $2::text[]) AS "
               "n(channel, payload)",
               ToArray(channels), ToArray(payloads));
  if (told_to_end.empty()) return;
  ExecPrepared(tx_,
               "SELECT pg_notify($2, a.runner) FROM attempts a WHERE a.job_id = ANY($1::bigint[]) "
               "AND a.state = 2",
               Ids(told_to_end), kSessionsChannel);
}

}  // namespace kozmic::build
