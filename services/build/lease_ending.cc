#include "services/build/lease_ending.h"

#include <map>
#include <optional>
#include <set>

#include "lib/crypto/digest.h"
#include "lib/postgres/array.h"
#include "lib/postgres/prepared.h"
#include "services/build/build_writer.h"
#include "services/build/lease_rows.h"

namespace kozmic::build {
namespace {

// An attempt's row, as it is under its project's lock.
struct AttemptRow {
  int64_t job_id = 0;
  int64_t build_id = 0;
  bool is_newest = false;
  v1::State state = v1::STATE_UNSPECIFIED;
  bool lost = false;
  std::string runner;
  std::optional<int> exit_code;
  int64_t log_size = -1;

  bool is_live() const { return is_newest && state == v1::STATE_PENDING; }
  bool EndedAs(const AttemptEnd& end) const {
    return state == end.state && exit_code == end.exit_code && log_size == end.log_size;
  }
};

bool SameEnd(const AttemptEnd& a, const AttemptEnd& b) {
  return a.state == b.state && a.exit_code == b.exit_code && a.log_size == b.log_size;
}

// By index into `keys`; those that there are. Their rows are locked in the order in which renewals
// lock them, and projects before them.
std::map<size_t, AttemptRow> LockAttempts(pqxx::transaction_base& tx,
                                          const std::vector<AttemptKey>& keys) {
  std::vector<int64_t> projects, builds, jobs, attempts;
  for (const AttemptKey& key : keys) {
    projects.push_back(key.project);
    builds.push_back(key.build);
    jobs.push_back(key.job);
    attempts.push_back(key.attempt);
  }
  std::map<size_t, AttemptRow> rows;
  for (const auto& row : ExecPrepared(
           tx,
           "SELECT k.i, a.job_id, j.build_id, j.attempt = a.attempt, a.state, a.lost, a.runner, "
           "  a.exit_code, a.log_size "
           "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS "
           "  k(project, build, job, attempt, i) "
           "JOIN builds b ON b.project_id = k.project AND b.number = k.build "
           "JOIN jobs j ON j.build_id = b.build_id AND j.number = k.job "
           "JOIN attempts a ON a.job_id = j.job_id AND a.attempt = k.attempt "
           "ORDER BY a.job_id, a.attempt FOR UPDATE OF a",
           ToArray(projects), ToArray(builds), ToArray(jobs), ToArray(attempts))) {
    AttemptRow& attempt = rows[row[0].as<size_t>() - 1];
    attempt.job_id = row[1].as<int64_t>();
    attempt.build_id = row[2].as<int64_t>();
    attempt.is_newest = row[3].as<bool>();
    attempt.state = static_cast<v1::State>(row[4].as<int>());
    attempt.lost = row[5].as<bool>();
    attempt.runner = row[6].c_str();
    if (!row[7].is_null()) attempt.exit_code = row[7].as<int>();
    if (!row[8].is_null()) attempt.log_size = row[8].as<int64_t>();
  }
  return rows;
}

struct Ended {
  int64_t job_id = 0;
  int64_t attempt = 0;
  const AttemptEnd* end = nullptr;
  // The job's, who may know better than its runner.
  std::string reason;
};

void SaveAttempts(pqxx::transaction_base& tx, const std::vector<Ended>& ended) {
  if (ended.empty()) return;
  constexpr int kNoExitCode = -1;
  std::vector<int64_t> jobs, attempts, states, codes, sizes;
  std::vector<std::string> reasons, digests;
  for (const Ended& one : ended) {
    jobs.push_back(one.job_id);
    attempts.push_back(one.attempt);
    states.push_back(one.end->state);
    codes.push_back(one.end->exit_code.value_or(kNoExitCode));
    sizes.push_back(one.end->log_size);
    reasons.push_back(one.reason);
    digests.push_back(one.end->log_sha256);
  }
  ExecPrepared(
      tx,
      "UPDATE attempts a SET state = n.state, reason = n.reason, "
      "  exit_code = nullif(n.exit_code, $8), end_time = now(), log_size = n.log_size, "
      "  log_sha256 = n.log_sha256 "
      "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], "
      "  $6::bigint[], $7::text[]) AS n(job_id, attempt, state, reason, exit_code, log_size, "
      "  log_sha256) WHERE a.job_id = n.job_id AND a.attempt = n.attempt",
      ToArray(jobs), ToArray(attempts), ToArray(states), ToArray(reasons), ToArray(codes),
      ToArray(sizes), ToArray(digests), kNoExitCode);
}

// Who the sessions belong to. The runners' rows are locked so that none is superseded meanwhile.
std::map<std::string, std::string> LockRunners(pqxx::transaction_base& tx,
                                               const std::vector<LeaseStore::Finished>& finished) {
  std::map<std::string, std::string> session_of_digest;
  std::vector<std::string> digests;
  for (const LeaseStore::Finished& one : finished) {
    std::string digest = Sha256Hex(one.session);
    if (session_of_digest.emplace(digest, one.session).second) digests.push_back(std::move(digest));
  }
  std::map<std::string, std::string> runners;
  for (const auto& row : ExecPrepared(
           tx,
           "SELECT session_sha256, runner FROM runners WHERE session_sha256 = ANY($1::text[]) "
           "ORDER BY runner FOR SHARE",
           ToArray(digests))) {
    runners[session_of_digest.at(row[0].c_str())] = row[1].c_str();
  }
  return runners;
}

}  // namespace

std::vector<absl::Status> FinishLeases(pqxx::transaction_base& tx, const std::string& public_url,
                                       const std::vector<LeaseStore::Finished>& finished) {
  std::vector<absl::Status> statuses(finished.size());
  const std::map<std::string, std::string> runners = LockRunners(tx, finished);
  std::vector<AttemptKey> keys;
  std::set<int64_t> projects;
  for (const LeaseStore::Finished& one : finished) {
    keys.push_back(one.key);
    projects.insert(one.key.project);
  }
  BuildWriter writer(tx, public_url);
  writer.Lock(projects);
  const std::map<size_t, AttemptRow> rows = LockAttempts(tx, keys);
  std::set<int64_t> builds;
  for (const auto& [i, row] : rows) builds.insert(row.build_id);
  writer.LoadIds(builds);

  std::vector<Ended> ended;
  std::map<int64_t, const AttemptEnd*> just_ended;
  for (size_t i = 0; i < finished.size(); ++i) {
    const auto runner = runners.find(finished[i].session);
    if (runner == runners.end()) {
      statuses[i] = StaleSession();
      continue;
    }
    const auto row = rows.find(i);
    ProjectModel* project = writer.FindProject(finished[i].key.project);
    if (row == rows.end() || project == nullptr || row->second.lost ||
        row->second.runner != runner->second) {
      statuses[i] = StaleFence();
      continue;
    }
    const AttemptEnd& end = finished[i].end;
    BuildModel* build = writer.FindId(row->second.build_id);
    JobModel* job = build->FindJobById(row->second.job_id);
    if (const auto told = just_ended.find(job->id); told != just_ended.end()) {
      statuses[i] = SameEnd(*told->second, end) ? absl::OkStatus() : StaleFence();
      continue;
    }
    if (!row->second.is_live()) {
      statuses[i] = row->second.EndedAs(end) ? absl::OkStatus() : StaleFence();
      continue;
    }
    statuses[i] = build->End(*job, end.state, end.reason, end.exit_code, project->fail_fast);
    if (!statuses[i].ok()) continue;
    ended.push_back({job->id, finished[i].key.attempt, &end, job->reason});
    just_ended[job->id] = &end;
  }
  SaveAttempts(tx, ended);
  writer.Save();
  return statuses;
}

absl::Status ConcludeLost(pqxx::transaction_base& tx, const std::string& public_url,
                          const AttemptKey& key, const AttemptEnd& end, bool requeue) {
  BuildWriter writer(tx, public_url);
  writer.Lock({key.project});
  ProjectModel* project = writer.FindProject(key.project);
  const std::map<size_t, AttemptRow> rows = LockAttempts(tx, {key});
  if (project == nullptr || rows.empty()) return StaleFence();
  const AttemptRow& row = rows.begin()->second;
  if (!row.is_live() || !row.lost) return StaleFence();
  writer.LoadIds({row.build_id});
  BuildModel* build = writer.FindId(row.build_id);
  JobModel* job = build->FindJobById(row.job_id);
  const absl::Status status =
      requeue ? build->Requeue(*job, end.reason)
              : build->End(*job, end.state, end.reason, end.exit_code, project->fail_fast);
  if (!status.ok()) return status;
  SaveAttempts(tx, {{job->id, key.attempt, &end, requeue ? end.reason : job->reason}});
  writer.Save();
  return absl::OkStatus();
}

}  // namespace kozmic::build
