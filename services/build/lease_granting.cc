#include "services/build/lease_granting.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "lib/crypto/digest.h"
#include "lib/postgres/array.h"
#include "lib/postgres/prepared.h"
#include "services/build/build_writer.h"
#include "services/build/domain/queue_rules.h"
#include "services/build/lease_rows.h"

namespace kozmic::build {
namespace {

// Of paused runners, which fit no job; not the text of any labels.
constexpr char kPausedPool[] = "paused";

// A request that has no lease yet.
struct Seeker {
  size_t request = 0;
  std::string runner;
};

// A job at the head of the queue, as it was before its project was locked.
struct Candidate {
  int64_t job_id = 0;
  int64_t build_id = 0;
  int64_t project = 0;
  int64_t rank = 0;
  std::string hook;
  int hook_limit = 0;
};

// Those who seek the same, and what is there for them.
struct Pool {
  std::vector<Seeker> seekers;
  std::vector<Candidate> candidates;
  // Spare jobs were taken for other pools before it could choose.
  bool others_first = false;
};

struct Grant {
  Seeker seeker;
  Candidate job;
};

class Round {
 public:
  Round(pqxx::transaction_base& tx, const std::string& public_url, const std::string& lease,
        const std::vector<LeaseRequest>& requests, size_t spare)
      : tx_(tx), lease_(lease), requests_(requests), spare_(spare), writer_(tx, public_url) {
    round_.answers.assign(requests.size(), {std::nullopt, ""});
  }

  GrantRound Run() {
    FindRunners();
    bool any = false;
    for (auto& [labels, pool] : pools_) {
      Choose(labels, pool);
      any = any || !pool.candidates.empty();
    }
    if (any) {
      Admit();
      Write();
    }
    return std::move(round_);
  }

 private:
  // Whose requests they are, and what they hold already. The runners' rows are locked so that none
  // of them is superseded meanwhile.
  void FindRunners() {
    std::vector<std::string> sessions;
    std::vector<std::string> ids;
    for (const LeaseRequest& request : requests_) {
      sessions.push_back(Sha256Hex(request.session));
      ids.push_back(request.request_id);
    }
    std::vector<bool> known(requests_.size());
    std::map<std::pair<int64_t, int>, size_t> held;
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& row : ExecPrepared(
             tx_,
             "SELECT k.i, r.runner, r.labels, r.paused_by <> '' AS paused, a.job_id, a.attempt "
             "FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k(session, request, i) "
             "JOIN runners r ON r.session_sha256 = k.session "
             "LEFT JOIN attempts a ON a.runner = r.runner AND a.request_id = k.request "
             "  AND a.state = 2 AND NOT a.lost ORDER BY r.runner, k.i FOR SHARE OF r",
             ToArray(sessions), ToArray(ids))) {
      const size_t request = row["i"].as<size_t>() - 1;
      known[request] = true;
      const bool paused = row["paused"].as<bool>();
      round_.answers[request].pool = paused ? kPausedPool : row["labels"].c_str();
      // Twice in one round: the second finds in the next what the first gets in this one.
      if (!seen.emplace(row["runner"].c_str(), ids[request]).second) {
        round_.again.push_back(request);
      } else if (row["job_id"].is_null()) {
        if (paused) continue;
        pools_[row["labels"].c_str()].seekers.push_back({request, row["runner"].c_str()});
      } else {
        held[{row["job_id"].as<int64_t>(), row["attempt"].as<int>()}] = request;
      }
    }
    for (size_t i = 0; i < known.size(); ++i) {
      if (!known[i]) round_.answers[i].lease = StaleSession();
    }
    // One that is not found: its project is being deleted. Once the attempt is gone the request
    // gets another.
    if (!held.empty()) AnswerLeases(held);
  }

  // The heads of the queue's parts that `labels` fit.
  void Choose(const std::string& labels, Pool& pool) {
    pool.others_first = spare_ > 0 && !taken_.empty();
    for (const auto& row :
         ExecPrepared(tx_,
                      "SELECT head.* FROM label_sets s CROSS JOIN LATERAL ("
                      "  SELECT j.job_id, j.build_id, j.project_id, j.rank, j.hook, j.max_parallel "
                      "  FROM jobs j JOIN projects p ON p.project_id = j.project_id "
                      "  WHERE j.state = 1 AND j.gate = 1 AND j.label_set = s.label_set "
                      "    AND p.delete_time IS NULL AND j.job_id <> ALL ($3::bigint[]) "
                      "  ORDER BY j.rank, j.job_id LIMIT $2) head "
                      "WHERE s.labels <@ $1::text[] ORDER BY head.rank, head.job_id LIMIT $2",
                      labels, pool.seekers.size() + spare_, ToArray(taken_))) {
      pool.candidates.push_back({row[0].as<int64_t>(), row[1].as<int64_t>(), row[2].as<int64_t>(),
                                 row[3].as<int64_t>(), row[4].c_str(), row[5].as<int>()});
      taken_.push_back(pool.candidates.back().job_id);
    }
  }

  // With the projects locked, what was chosen may have changed, and limits may hold some back.
  void Admit() {
    std::set<int64_t> projects;
    std::set<int64_t> builds;
    for (const auto& [labels, pool] : pools_) {
      for (const Candidate& job : pool.candidates) {
        projects.insert(job.project);
        builds.insert(job.build_id);
      }
    }
    writer_.Lock(projects);
    writer_.LoadIds(builds);
    std::map<int64_t, Admission> admissions = CountRunning();
    for (auto& [labels, pool] : pools_) {
      auto seeker = pool.seekers.begin();
      for (const Candidate& job : pool.candidates) {
        if (seeker == pool.seekers.end()) break;
        if (Take(job, admissions)) grants_.push_back({*seeker++, job});
      }
      // Others were quicker, or what was next was held back: there may be more behind. Also when
      // another pool took more into its hands than it needed.
      const bool may_be_more = pool.candidates.size() >= pool.seekers.size() || pool.others_first;
      for (; may_be_more && seeker != pool.seekers.end(); ++seeker) {
        round_.again.push_back(seeker->request);
      }
    }
  }

  // Whether the job is started. If a limit holds it back its gate is closed.
  bool Take(const Candidate& candidate, std::map<int64_t, Admission>& admissions) {
    BuildModel* build = writer_.FindId(candidate.build_id);
    JobModel* job = build == nullptr ? nullptr : build->FindJobById(candidate.job_id);
    if (job == nullptr || job->state != v1::STATE_ENQUEUED || job->gate != v1::GATE_OPEN) {
      return false;
    }
    const auto admission = admissions.find(candidate.project);
    if (admission != admissions.end()) {
      const v1::Gate gate = admission->second.Admit(candidate.hook, candidate.hook_limit);
      if (gate != v1::GATE_OPEN) {
        build->HoldBack(*job, gate);
        return false;
      }
    }
    return build->Start(*job).ok();
  }

  // Of the projects that limits concern.
  std::map<int64_t, Admission> CountRunning() {
    std::set<int64_t> limited;
    for (const auto& [labels, pool] : pools_) {
      for (const Candidate& job : pool.candidates) {
        const ProjectModel* project = writer_.FindProject(job.project);
        if (project != nullptr &&
            (project->paused || project->max_parallel > 0 || job.hook_limit > 0)) {
          limited.insert(job.project);
        }
      }
    }
    std::map<int64_t, Admission> admissions;
    if (limited.empty()) return admissions;
    std::map<int64_t, std::map<std::string, int>> running;
    for (const auto& row :
         ExecPrepared(tx_,
                      "SELECT project_id, hook, count(*) FROM jobs WHERE state = 2 "
                      "AND project_id = ANY($1::bigint[]) GROUP BY project_id, hook",
                      ToArray(std::vector<int64_t>(limited.begin(), limited.end())))) {
      running[row[0].as<int64_t>()][row[1].c_str()] = row[2].as<int>();
    }
    for (const int64_t project : limited) {
      const ProjectModel& model = *writer_.FindProject(project);
      admissions.emplace(project,
                         Admission(model.max_parallel, std::move(running[project]), model.paused));
    }
    return admissions;
  }

  void Write() {
    std::map<std::pair<int64_t, int>, size_t> granted;
    std::vector<int64_t> jobs;
    std::vector<std::string> runners;
    std::vector<std::string> requests;
    int64_t clock = 0;
    for (const Grant& grant : grants_) {
      const JobModel* job = writer_.FindId(grant.job.build_id)->FindJobById(grant.job.job_id);
      granted[{job->id, job->attempt}] = grant.seeker.request;
      jobs.push_back(job->id);
      runners.push_back(grant.seeker.runner);
      requests.push_back(requests_[grant.seeker.request].request_id);
      clock = std::max(clock, grant.job.rank);
    }
    writer_.Save();
    if (jobs.empty()) return;
    ExecPrepared(
        tx_,
        "INSERT INTO attempts (job_id, attempt, title, image, queue_time, runner, request_id, "
        "  lease_expire_time) SELECT j.job_id, j.attempt, j.title, j.image, j.queue_time, "
        "  n.runner, n.request, now() + $4::interval FROM unnest($1::bigint[], $2::text[], "
        "$3::text[]) AS "
        "  n(job_id, runner, request) JOIN jobs j ON j.job_id = n.job_id",
        ToArray(jobs), ToArray(runners), ToArray(requests), lease_);
    ExecPrepared(tx_, "SELECT setval('queue_clock', greatest(last_value, $1)) FROM queue_clock",
                 clock);
    AnswerLeases(granted);
  }

  void AnswerLeases(const std::map<std::pair<int64_t, int>, size_t>& requests) {
    std::vector<int64_t> jobs;
    std::vector<int64_t> attempts;
    for (const auto& [attempt, request] : requests) {
      jobs.push_back(attempt.first);
      attempts.push_back(attempt.second);
    }
    for (const auto& row : ExecPrepared(
             tx_,
             internal::SelectLeases() +
                 "JOIN unnest($1::bigint[], $2::bigint[]) AS k(job_id, attempt) "
                 "ON k.job_id = a.job_id AND k.attempt = a.attempt WHERE p.delete_time IS NULL",
             ToArray(jobs), ToArray(attempts))) {
      const size_t request = requests.at({row["job_id"].as<int64_t>(), row["attempt"].as<int>()});
      round_.answers[request].lease = internal::ReadLease(row);
    }
  }

  pqxx::transaction_base& tx_;
  const std::string& lease_;
  const std::vector<LeaseRequest>& requests_;
  const size_t spare_;
  BuildWriter writer_;
  // By their runners' labels.
  std::map<std::string, Pool> pools_;
  std::vector<int64_t> taken_;
  std::vector<Grant> grants_;
  GrantRound round_;
};

}  // namespace

GrantRound GrantLeases(pqxx::transaction_base& tx, const std::string& public_url,
                       const std::string& lease, const std::vector<LeaseRequest>& requests,
                       size_t spare) {
  return Round(tx, public_url, lease, requests, spare).Run();
}

}  // namespace kozmic::build
