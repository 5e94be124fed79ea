#include "services/build/build_creation.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/postgres/array.h"
#include "lib/postgres/prepared.h"
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

// A project that gets builds, under its lock.
struct Project {
  int64_t last_number = 0;
  int64_t revision = 0;
  int64_t last_rank = 0;
  bool cancels_of_pull_request = false;
  bool cancels_of_branch = false;
};

// A build that is being added.
struct Added {
  size_t index = 0;
  int64_t project = 0;
  const v1::CreateBuildRequest* request = nullptr;
  int64_t number = 0;
  int64_t revision = 0;
  // Of its first job.
  int64_t rank = 0;
  int64_t build_id = 0;
};

// Adds those that are new; leaves those out that are deleted.
std::map<int64_t, Project> LockProjects(pqxx::transaction_base& tx,
                                        const std::vector<NewBuild>& builds) {
  std::set<int64_t> ids;
  for (const NewBuild& build : builds) ids.insert(build.project);
  const std::string array = ToArray(std::vector<int64_t>(ids.begin(), ids.end()));
  ExecPrepared(tx,
               "INSERT INTO projects (project_id) SELECT n FROM unnest($1::bigint[]) n ORDER BY n "
               "ON CONFLICT DO NOTHING",
               array);
  std::map<int64_t, Project> projects;
  // NextRank (domain/queue_rules.h) begins at the greater of the two ranks.
  for (const auto& row :
       ExecPrepared(tx,
                    "SELECT project_id, last_number, revision, "
                    "  greatest(last_rank, (SELECT last_value FROM queue_clock)), "
                    "  cancel_superseded_pull_requests, cancel_superseded_branches FROM projects "
                    "WHERE project_id = ANY($1::bigint[]) AND delete_time IS NULL "
                    "ORDER BY project_id FOR UPDATE",
                    array)) {
    projects[row[0].as<int64_t>()] = {row[1].as<int64_t>(), row[2].as<int64_t>(),
                                      row[3].as<int64_t>(), row[4].as<bool>(), row[5].as<bool>()};
  }
  return projects;
}

using RequestKey = std::pair<int64_t, std::string>;

// Project and request id of those that have their build already.
std::set<RequestKey> FindMade(pqxx::transaction_base& tx, const std::vector<NewBuild>& builds) {
  std::vector<int64_t> projects;
  std::vector<std::string> requests;
  for (const NewBuild& build : builds) {
    projects.push_back(build.project);
    requests.push_back(build.request->request_id());
  }
  std::set<RequestKey> made;
  for (const auto& row :
       ExecPrepared(tx,
                    // Nested, so that there is one way to go: by the request's own index.
                    "SELECT k.project, k.request FROM unnest($1::bigint[], $2::text[]) AS "
                    "k(project, request) WHERE (SELECT b.number FROM builds b "
                    "  WHERE b.project_id = k.project AND b.request_id = k.request) IS NOT NULL",
                    ToArray(projects), ToArray(requests))) {
    made.emplace(row[0].as<int64_t>(), row[1].c_str());
  }
  return made;
}

// Sets their ids.
void WriteBuilds(pqxx::transaction_base& tx, std::vector<Added>& added) {
  std::vector<int64_t> projects, numbers, revisions, triggers, pull_requests, events;
  std::vector<std::string> requests, repositories, refs, commits, commit_urls, messages, names,
      logins, avatars, forks, variables, creators, traces;
  std::vector<bool> approvals;
  std::map<std::pair<int64_t, int64_t>, Added*> by_number;
  for (Added& build : added) {
    const v1::CreateBuildRequest& request = *build.request;
    by_number[{build.project, build.number}] = &build;
    projects.push_back(build.project);
    numbers.push_back(build.number);
    revisions.push_back(build.revision);
    requests.push_back(request.request_id());
    repositories.push_back(request.repository());
    refs.push_back(request.ref());
    commits.push_back(request.commit());
    commit_urls.push_back(request.commit_url());
    messages.push_back(request.message());
    names.push_back(request.author().display_name());
    logins.push_back(request.author().login());
    avatars.push_back(request.author().avatar_url());
    forks.push_back(request.fork());
    triggers.push_back(request.trigger() == v1::TRIGGER_UNSPECIFIED ? v1::TRIGGER_PUSH
                                                                    : request.trigger());
    pull_requests.push_back(request.pull_request());
    approvals.push_back(request.needs_approval());
    variables.push_back(VariablesToJson(request.variables()));
    creators.push_back(request.creator());
    events.push_back(request.event_seconds());
    traces.push_back(request.trace_id());
  }
  for (const auto& row : ExecPrepared(
           tx,
           "INSERT INTO builds (project_id, number, revision, request_id, repository, ref, commit, "
           "  commit_url, message, author_name, author_login, author_avatar, fork, trigger, "
           "  pull_request, needs_approval, variables, creator, event_seconds, trace_id) "
           "SELECT n.project, n.number, n.revision, n.request, n.repository, n.ref, n.commit, "
           "  n.commit_url, n.message, n.name, n.login, n.avatar, n.fork, n.trigger, "
           "  n.pull_request, n.approval, n.variables::jsonb, n.creator, n.event, n.trace "
           "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], "
           "  $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], "
           "  $12::text[], $13::text[], $14::smallint[], $15::bigint[], $16::boolean[], "
           "  $17::text[], $18::text[], $19::bigint[], $20::text[]) AS n(project, number, "
           "revision, "
           "  request, repository, ref, commit, commit_url, message, name, login, avatar, fork, "
           "trigger, pull_request, "
           "  approval, variables, creator, event, trace) RETURNING build_id, project_id, number",
           ToArray(projects), ToArray(numbers), ToArray(revisions), ToArray(requests),
           ToArray(repositories), ToArray(refs), ToArray(commits), ToArray(commit_urls),
           ToArray(messages), ToArray(names), ToArray(logins), ToArray(avatars), ToArray(forks),
           ToArray(triggers), ToArray(pull_requests), ToArray(approvals), ToArray(variables),
           ToArray(creators), ToArray(events), ToArray(traces))) {
    by_number.at({row[1].as<int64_t>(), row[2].as<int64_t>()})->build_id = row[0].as<int64_t>();
  }
}

void WriteJobs(pqxx::transaction_base& tx, const std::vector<Added>& added) {
  std::vector<std::string> hooks, titles, images, scripts, install_scripts, tracked_files, services;
  std::vector<int64_t> builds, projects, numbers, gates, label_sets, timeouts, stall_timeouts,
      limits, ranks;
  for (const Added& build : added) {
    int64_t number = 0;
    for (const v1::JobSpec& job : build.request->jobs()) {
      builds.push_back(build.build_id);
      projects.push_back(build.project);
      ranks.push_back(build.rank + number);
      numbers.push_back(++number);
      gates.push_back(build.request->needs_approval() ? v1::GATE_APPROVAL : v1::GATE_OPEN);
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
      services.push_back(ServicesToJson(job.services()));
    }
  }
  ExecPrepared(
      tx,
      "INSERT INTO jobs (build_id, project_id, number, gate, hook, title, image, script, "
      "  install_script, tracked_files, label_set, timeout_seconds, stall_timeout_seconds, "
      "  max_parallel, rank, services) "
      "SELECT n.build, n.project, n.number, n.gate, n.hook, n.title, n.image, n.script, "
      "  n.install_script, n.tracked_files::text[], n.label_set, n.timeout, n.stall_timeout, "
      "  n.max_parallel, n.rank, n.services::jsonb "
      "FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::smallint[], $5::text[], "
      "  $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::integer[], "
      "  $12::integer[], $13::integer[], $14::integer[], $15::bigint[], $16::text[]) AS n(build, "
      "project, "
      "  number, gate, hook, title, image, script, install_script, tracked_files, label_set, "
      "  timeout, stall_timeout, max_parallel, rank, services)",
      ToArray(builds), ToArray(projects), ToArray(numbers), ToArray(gates), ToArray(hooks),
      ToArray(titles), ToArray(images), ToArray(scripts), ToArray(install_scripts),
      ToArray(tracked_files), ToArray(label_sets), ToArray(timeouts), ToArray(stall_timeouts),
      ToArray(limits), ToArray(ranks), ToArray(services));
}

// Their counters, and the word to whoever listens.
void WriteProjects(pqxx::transaction_base& tx, const std::vector<Added>& added,
                   const std::map<int64_t, Project>& projects) {
  std::set<int64_t> changed;
  for (const Added& build : added) changed.insert(build.project);
  std::vector<int64_t> ids, numbers, revisions, ranks;
  for (const int64_t id : changed) {
    const Project& project = projects.at(id);
    ids.push_back(id);
    numbers.push_back(project.last_number);
    revisions.push_back(project.revision);
    ranks.push_back(project.last_rank);
  }
  ExecPrepared(tx,
               "UPDATE projects p SET last_number = n.number, revision = n.revision, "
               "  last_rank = n.rank FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], "
               "  $4::bigint[]) AS n(project, number, revision, rank) "
               "WHERE p.project_id = n.project",
               ToArray(ids), ToArray(numbers), ToArray(revisions), ToArray(ranks));
  ExecPrepared(tx,
               "SELECT pg_notify($1, '') UNION ALL "
               "SELECT pg_notify($2, n::text) FROM unnest($3::bigint[]) n",
               kJobsChannel, kChangesChannel, ToArray(ids));
}

// Cancels the older builds of the ref that are still under way, or, unless `of_branch`, those of
// the pull request. Other builds of the same commit go on: they are of other hooks. Those that
// somebody asked for by hand are theirs to cancel.
void CancelSuperseded(pqxx::transaction_base& tx, const std::string& public_url, int64_t project,
                      const v1::CreateBuildRequest& request, int64_t number, bool of_branch) {
  std::set<int64_t> older;
  for (const auto& row : ExecPrepared(
           tx,
           "SELECT build_id FROM builds b WHERE project_id = $1 AND ref = $2 AND end_time IS NULL "
           "AND number < $3 AND trigger <> $4 AND commit <> $5 AND ($6 OR pull_request = $7) "
           // What happened before it, as far as that is known.
           "AND NOT EXISTS (SELECT FROM builds n WHERE n.project_id = $1 AND n.number = $3 "
           "  AND n.event_seconds > 0 AND n.event_seconds < b.event_seconds)",
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

bool Supersedes(const v1::CreateBuildRequest& request, const Project& project) {
  if (request.trigger() == v1::TRIGGER_MANUAL || request.trigger() == v1::TRIGGER_TAG) return false;
  return project.cancels_of_branch ||
         (request.pull_request() > 0 && project.cancels_of_pull_request);
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
  if (const pqxx::result known = ExecPrepared(tx, select, array); !known.empty()) {
    return known[0][0].as<int>();
  }
  ExecPrepared(tx, "INSERT INTO label_sets (labels) VALUES ($1::text[]) ON CONFLICT DO NOTHING",
               array);
  return ExecPrepared(tx, select, array)[0][0].as<int>();
}

std::vector<absl::StatusOr<int64_t>> InsertBuilds(pqxx::transaction_base& tx,
                                                  const std::string& public_url,
                                                  const std::vector<NewBuild>& builds) {
  std::vector<absl::StatusOr<int64_t>> answers(builds.size(),
                                               absl::NotFoundError("the project is deleted"));
  std::map<int64_t, Project> projects = LockProjects(tx, builds);
  std::set<RequestKey> made = FindMade(tx, builds);
  std::vector<Added> added;
  for (size_t i = 0; i < builds.size(); ++i) {
    const auto found = projects.find(builds[i].project);
    if (found == projects.end()) continue;
    if (!made.emplace(builds[i].project, builds[i].request->request_id()).second) {
      answers[i] = absl::AlreadyExistsError("the request has its build already");
      continue;
    }
    Project& project = found->second;
    added.push_back({.index = i,
                     .project = builds[i].project,
                     .request = builds[i].request,
                     .number = ++project.last_number,
                     .revision = ++project.revision,
                     .rank = project.last_rank + 1});
    project.last_rank += builds[i].request->jobs_size();
  }
  if (added.empty()) return answers;
  WriteBuilds(tx, added);
  WriteJobs(tx, added);
  WriteProjects(tx, added, projects);
  for (const Added& build : added) {
    answers[build.index] = build.number;
    const Project& project = projects.at(build.project);
    if (Supersedes(*build.request, project)) {
      CancelSuperseded(tx, public_url, build.project, *build.request, build.number,
                       project.cancels_of_branch);
    }
  }
  return answers;
}

absl::Status JoinPullRequest(pqxx::transaction_base& tx, const std::string& public_url,
                             int64_t project, const v1::CreateBuildRequest& request) {
  const pqxx::result settings = ExecPrepared(
      tx,
      "UPDATE projects SET revision = revision + 1 WHERE project_id = $1 AND delete_time IS NULL "
      "RETURNING revision, cancel_superseded_pull_requests",
      project);
  if (settings.empty()) return absl::NotFoundError("the project is deleted");
  const pqxx::result joined = ExecPrepared(
      tx,
      "UPDATE builds SET pull_request = $3, revision = $4 WHERE project_id = $1 "
      "AND request_id = $2 AND pull_request = 0 RETURNING number",
      project, request.request_id(), request.pull_request(), settings[0][0].as<int64_t>());
  if (joined.empty()) return absl::NotFoundError("no such build, or it is of a pull request");
  ExecPrepared(tx, "SELECT pg_notify($1, $2)", kChangesChannel, absl::StrCat(project));
  if (settings[0][1].as<bool>()) {
    CancelSuperseded(tx, public_url, project, request, joined[0][0].as<int64_t>(),
                     /*of_branch=*/false);
  }
  return absl::OkStatus();
}

}  // namespace kozmic::build
