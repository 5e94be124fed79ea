#include "services/build/postgres_lease_store.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/postgres/array.h"
#include "lib/postgres/prepared.h"
#include "lib/postgres/times.h"
#include "lib/status/macros.h"
#include "services/build/build_writer.h"
#include "services/build/channels.h"
#include "services/build/lease_ending.h"
#include "services/build/lease_granting.h"
#include "services/build/lease_rows.h"
#include "services/build/registration/registration_rows.h"
#include "services/build/row_times.h"

// Locks are always taken in the order runner_credentials, runners, projects, attempts, each by
// their keys: transactions that meet wait for each other and never in a circle. Jobs and builds are
// under their project's lock (see BuildWriter).

namespace kozmic::build {
namespace {

// Rounds of granting for those whom others forestalled. Who still has none then asks again.
constexpr int kMostRounds = 100;
// After the first round limits are likely to be why there is another.
constexpr size_t kSpare = 64;

// Since a phase began; -1 when it has not, as far as is known.
int64_t MicrosAgo(const LeaseStore::Renewal& renewal, runner::v1::Phase phase) {
  const auto begun = renewal.begun.find(phase);
  if (begun != renewal.begun.end()) return absl::ToInt64Microseconds(begun->second.ago);
  return renewal.phase == phase ? 0 : -1;
}

// When and where in the log a phase began, as columns of the attempts that are renewed together.
struct PhaseColumns {
  void Add(const LeaseStore::Renewal& renewal) {
    const auto begun = renewal.begun.find(phase);
    ago.push_back(MicrosAgo(renewal, phase));
    offset.push_back(begun == renewal.begun.end() ? -1 : begun->second.log_offset);
  }

  runner::v1::Phase phase;
  std::vector<int64_t> ago = {};
  std::vector<int64_t> offset = {};
};

class PostgresLeaseStore final : public LeaseStore {
 public:
  PostgresLeaseStore(PostgresPool& pool, std::string public_url, absl::Duration lease_time)
      : pool_(pool), public_url_(std::move(public_url)), lease_(Interval(lease_time)) {}

  absl::StatusOr<std::vector<GrantedLease>> OpenSession(
      const runner::v1::OpenSessionRequest& request, absl::string_view session,
      const std::string& credential_sha256) override {
    std::vector<GrantedLease> leases;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      // In one order, each once: equal sets are equal.
      std::set<std::string> labels(request.labels().begin(), request.labels().end());
      KOZMIC_ASSIGN_OR_RETURN(const std::vector<std::string> fixed,
                              CheckRegistration(tx, request.runner(), credential_sha256));
      if (!fixed.empty()) labels = {fixed.begin(), fixed.end()};
      ExecPrepared(tx,
                   "INSERT INTO runners (runner, session_sha256, labels, slots, version) "
                   "VALUES ($1, $2, $3::text[], $4, $5) ON CONFLICT (runner) DO UPDATE SET "
                   "session_sha256 = excluded.session_sha256, labels = excluded.labels, "
                   "slots = excluded.slots, version = excluded.version, session_time = now(), "
                   "seen_time = now()",
                   request.runner(), Sha256Hex(session),
                   ToArray(std::vector<std::string>(labels.begin(), labels.end())), request.slots(),
                   request.version());
      ExecPrepared(tx,
                   "SELECT FROM attempts WHERE runner = $1 AND state = 2 ORDER BY job_id, attempt "
                   "FOR UPDATE",
                   request.runner());
      ExecPrepared(tx,
                   "UPDATE attempts SET lease_expire_time = now() + $2::interval "
                   "WHERE runner = $1 AND state = 2 AND NOT lost",
                   request.runner(), lease_);
      leases = ReadLeases(tx, "a.runner = $1 AND a.state = 2 AND NOT a.lost", request.runner());
      // Whoever listens for the older session learns that it is over.
      ExecPrepared(tx, "SELECT pg_notify($1, $2)", kSessionsChannel, request.runner());
      return absl::OkStatus();
    }));
    return leases;
  }

  absl::StatusOr<std::string> RunnerOf(absl::string_view session) override {
    std::string runner;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
      const pqxx::result rows = ExecPrepared(
          tx, "SELECT runner FROM runners WHERE session_sha256 = $1", Sha256Hex(session));
      if (rows.empty()) return StaleSession();
      runner = rows[0][0].c_str();
      return absl::OkStatus();
    }));
    return runner;
  }

  absl::StatusOr<std::vector<Granted>> Grant(const std::vector<LeaseRequest>& requests) override {
    std::vector<Granted> answers(requests.size(), {std::nullopt, ""});
    std::vector<size_t> asking(requests.size());
    for (size_t i = 0; i < asking.size(); ++i) asking[i] = i;
    for (int round = 0; round < kMostRounds && !asking.empty(); ++round) {
      std::vector<LeaseRequest> these;
      these.reserve(asking.size());
      for (const size_t i : asking) these.push_back(requests[i]);
      GrantRound granted;
      const absl::Status status = pool_.Transact([&](pqxx::work& tx) {
        granted = GrantLeases(tx, public_url_, lease_, these, round == 0 ? 0 : kSpare);
        return absl::OkStatus();
      });
      // Another replica has granted to the same request at the same moment: the next round finds
      // it.
      if (absl::IsAlreadyExists(status)) continue;
      // What earlier rounds granted is not lost: the same requests get it again.
      KOZMIC_RETURN_IF_ERROR(status);
      for (size_t i = 0; i < these.size(); ++i) answers[asking[i]] = granted.answers[i];
      std::vector<size_t> again;
      for (const size_t i : granted.again) again.push_back(asking[i]);
      asking = std::move(again);
    }
    NoteSeen(requests);
    return answers;
  }

  absl::StatusOr<std::vector<Renewed>> Renew(absl::string_view session,
                                             const std::vector<Renewal>& renewals) override {
    std::vector<Renewed> answers;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      answers.assign(renewals.size(), {});
      const pqxx::result runner = ExecPrepared(
          tx, "UPDATE runners SET seen_time = now() WHERE session_sha256 = $1 RETURNING runner",
          Sha256Hex(session));
      if (runner.empty()) return StaleSession();
      if (!renewals.empty()) RenewAll(tx, runner[0][0].c_str(), renewals, answers);
      return absl::OkStatus();
    }));
    return answers;
  }

  absl::StatusOr<GrantedLease> GetLive(absl::string_view session, const AttemptKey& key) override {
    std::vector<GrantedLease> leases;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      // Nested, so that there is one way to go: from the build to its job to its attempt.
      leases = ReadLeases(tx,
                          "a.job_id = (SELECT job_id FROM jobs WHERE number = $3 AND build_id = "
                          "  (SELECT build_id FROM builds WHERE project_id = $1 AND number = $2)) "
                          "AND a.attempt = $4 "
                          "AND j.attempt = a.attempt AND a.state = 2 AND NOT a.lost "
                          "AND a.runner = (SELECT runner FROM runners WHERE session_sha256 = $5)",
                          key.project, key.build, key.job, key.attempt, Sha256Hex(session));
      return absl::OkStatus();
    }));
    if (leases.empty()) return StaleFence();
    return std::move(leases.front());
  }

  absl::StatusOr<std::vector<absl::Status>> CheckLive(
      const std::vector<Holding>& holdings) override {
    std::vector<int64_t> projects, builds, jobs, attempts;
    std::vector<std::string> sessions;
    for (const Holding& holding : holdings) {
      projects.push_back(holding.key.project);
      builds.push_back(holding.key.build);
      jobs.push_back(holding.key.job);
      attempts.push_back(holding.key.attempt);
      sessions.push_back(Sha256Hex(holding.session));
    }
    std::vector<absl::Status> statuses(holdings.size(), StaleFence());
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      for (const auto& row : ExecPrepared(
               tx,
               // As in GetLive: from the build to its job to its attempt.
               "SELECT k.i FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], "
               "  $5::text[]) WITH ORDINALITY AS k(project, build, job, attempt, session, i) "
               "WHERE (SELECT p.delete_time IS NULL FROM projects p WHERE p.project_id = "
               "k.project) "
               "AND (SELECT a.state = 2 AND NOT a.lost AND a.runner = "
               "    (SELECT runner FROM runners WHERE session_sha256 = k.session) "
               "  FROM attempts a WHERE a.attempt = k.attempt AND a.job_id = "
               "    (SELECT job_id FROM jobs WHERE number = k.job AND attempt = k.attempt AND "
               "      build_id = (SELECT build_id FROM builds WHERE project_id = k.project "
               "        AND number = k.build)))",
               ToArray(projects), ToArray(builds), ToArray(jobs), ToArray(attempts),
               ToArray(sessions))) {
        statuses[row[0].as<size_t>() - 1] = absl::OkStatus();
      }
      return absl::OkStatus();
    }));
    return statuses;
  }

  absl::StatusOr<std::vector<absl::Status>> Finish(const std::vector<Finished>& finished) override {
    std::vector<absl::Status> statuses;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) {
      statuses = FinishLeases(tx, public_url_, finished);
      return absl::OkStatus();
    }));
    return statuses;
  }

  absl::Status CheckReachable() override {
    return pool_.Autocommit([](pqxx::nontransaction& tx) {
      tx.exec1("SELECT 1");
      return absl::OkStatus();
    });
  }

  absl::StatusOr<std::vector<LostAttempt>> TakeLost(int limit, absl::Duration overdue) override {
    std::vector<LostAttempt> lost;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      ExecPrepared(
          tx,
          "WITH gone AS (SELECT a.job_id, a.attempt FROM attempts a JOIN jobs j USING (job_id) "
          "  WHERE a.state = 2 AND NOT a.lost AND (a.lease_expire_time < now() "
          "    OR a.start_time + make_interval(secs => j.timeout_seconds) + $1::interval < now()) "
          "  ORDER BY a.job_id, a.attempt FOR UPDATE OF a SKIP LOCKED) "
          "UPDATE attempts a SET lost = true FROM gone "
          "WHERE a.job_id = gone.job_id AND a.attempt = gone.attempt",
          Interval(overdue));
      for (const auto& row : ExecPrepared(
               tx,
               "SELECT b.project_id, b.number, j.number, a.attempt, a.phase, j.tries, "
               "  j.cancelling, a.start_time + make_interval(secs => j.timeout_seconds) "
               "    + $2::interval < a.lease_expire_time, "
               "  p.retry_lost FROM attempts a JOIN jobs j USING (job_id) "
               "JOIN builds b USING (build_id) JOIN projects p ON p.project_id = b.project_id "
               "WHERE a.state = 2 AND a.lost AND p.delete_time IS NULL ORDER BY "
               "a.lease_expire_time LIMIT $1",
               limit, Interval(overdue))) {
        lost.push_back({{row[0].as<int64_t>(), row[1].as<int64_t>(), row[2].as<int64_t>(),
                         row[3].as<int64_t>()},
                        {.phase = static_cast<runner::v1::Phase>(row[4].as<int>()),
                         .tries = row[5].as<int>(),
                         .cancelling = row[6].as<bool>(),
                         .overdue = row[7].as<bool>(),
                         .retry = row[8].as<bool>()}});
      }
      return absl::OkStatus();
    }));
    return lost;
  }

  absl::Status Requeue(const AttemptKey& key, const AttemptEnd& end) override {
    return pool_.Transact(
        [&](pqxx::work& tx) { return ConcludeLost(tx, public_url_, key, end, /*requeue=*/true); });
  }

  absl::Status FinishLost(const AttemptKey& key, const AttemptEnd& end) override {
    return pool_.Transact(
        [&](pqxx::work& tx) { return ConcludeLost(tx, public_url_, key, end, /*requeue=*/false); });
  }

  absl::StatusOr<int> ExpireWaiting(int limit, absl::Duration for_runner,
                                    absl::Duration for_approval) override {
    int expired = 0;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      expired = 0;
      std::set<int64_t> projects;
      std::set<int64_t> builds;
      std::set<int64_t> jobs;
      for (const auto& row : ExecPrepared(
               tx,
               "SELECT project_id, build_id, job_id FROM jobs WHERE state = 1 "
               "AND queue_time < now() - CASE gate WHEN 4 THEN $2::interval ELSE $1::interval END "
               "AND queue_time < now() - least($1::interval, $2::interval) "
               "ORDER BY queue_time LIMIT $3",
               Interval(for_runner), Interval(for_approval), limit)) {
        projects.insert(row[0].as<int64_t>());
        builds.insert(row[1].as<int64_t>());
        jobs.insert(row[2].as<int64_t>());
      }
      if (jobs.empty()) return absl::OkStatus();
      BuildWriter writer(tx, public_url_);
      writer.Lock(projects);
      writer.LoadIds(builds);
      for (const int64_t id : builds) {
        BuildModel* build = writer.FindId(id);
        if (build == nullptr) continue;
        for (JobModel& job : build->jobs) {
          if (jobs.count(job.id) == 0 || job.state != v1::STATE_ENQUEUED) continue;
          KOZMIC_RETURN_IF_ERROR(build->Expire(job, job.gate == v1::GATE_APPROVAL
                                                        ? "Nobody approved it in time."
                                                        : "No runner took it in time."));
          ++expired;
        }
      }
      writer.Save();
      return absl::OkStatus();
    }));
    return expired;
  }

 private:
  // That their runners are there, for those who ask what a job waits for.
  void NoteSeen(const std::vector<LeaseRequest>& requests) {
    std::vector<std::string> sessions;
    sessions.reserve(requests.size());
    for (const LeaseRequest& request : requests) sessions.push_back(Sha256Hex(request.session));
    // Whether it works or not concerns nobody who waits for a job.
    pool_
        .Autocommit([&](pqxx::nontransaction& tx) {
          ExecPrepared(
              tx,
              "WITH stale AS (SELECT runner FROM runners WHERE session_sha256 = ANY($1::text[]) "
              "  AND seen_time < now() - interval '1 minute' ORDER BY runner "
              "  FOR UPDATE SKIP LOCKED) "
              "UPDATE runners r SET seen_time = now() FROM stale WHERE r.runner = stale.runner",
              ToArray(sessions));
          return absl::OkStatus();
        })
        .IgnoreError();
  }

  void RenewAll(pqxx::work& tx, const std::string& runner, const std::vector<Renewal>& renewals,
                std::vector<Renewed>& answers) {
    std::vector<int64_t> projects, builds, jobs, attempts, phases;
    for (const Renewal& renewal : renewals) {
      projects.push_back(renewal.key.project);
      builds.push_back(renewal.key.build);
      jobs.push_back(renewal.key.job);
      attempts.push_back(renewal.key.attempt);
      phases.push_back(renewal.phase);
    }
    const auto live = [&](const char* lock) {
      return ExecPrepared(
          tx,
          absl::StrCat(
              "SELECT k.i, a.job_id, a.attempt, a.phase, j.build_id, j.project_id, j.cancelling, "
              "  k.phase AS new_phase "
              "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) "
              "  WITH ORDINALITY AS k(project, build, job, attempt, phase, i) "
              "JOIN projects p ON p.project_id = k.project AND p.delete_time IS NULL "
              "JOIN builds b ON b.project_id = k.project AND b.number = k.build "
              "JOIN jobs j ON j.build_id = b.build_id AND j.number = k.job "
              "JOIN attempts a ON a.job_id = j.job_id AND a.attempt = k.attempt "
              "  AND j.attempt = a.attempt "
              "WHERE a.state = 2 AND NOT a.lost AND a.runner = $6 ORDER BY a.job_id, a.attempt",
              lock),
          ToArray(projects), ToArray(builds), ToArray(jobs), ToArray(attempts), ToArray(phases),
          runner);
    };
    // A new phase is a change of the build, so its project is locked first. Most renewals bring
    // none.
    std::set<int64_t> changed_projects;
    for (const auto& row : live("")) {
      if (row["new_phase"].as<int>() > row["phase"].as<int>()) {
        changed_projects.insert(row["project_id"].as<int64_t>());
      }
    }
    BuildWriter writer(tx, public_url_);
    if (!changed_projects.empty()) writer.Lock(changed_projects);

    // One attempt may be named twice.
    std::map<std::pair<int64_t, int>, std::vector<size_t>> renewed;
    std::vector<int64_t> job_ids, numbers, new_phases;
    PhaseColumns pull = {runner::v1::PHASE_PULL}, fetch = {runner::v1::PHASE_FETCH};
    PhaseColumns install = {runner::v1::PHASE_INSTALL}, script = {runner::v1::PHASE_SCRIPT};
    std::set<int64_t> changed_builds;
    for (const auto& row : live(" FOR UPDATE OF a")) {
      const auto project = row["project_id"].as<int64_t>();
      const bool has_news = row["new_phase"].as<int>() > row["phase"].as<int>();
      // The project was deleted a moment ago: what would be written goes with the attempt.
      if (has_news && writer.FindProject(project) == nullptr) continue;
      if (has_news) changed_builds.insert(row["build_id"].as<int64_t>());
      const size_t i = row["i"].as<size_t>() - 1;
      answers[i].cancel = row["cancelling"].as<bool>();
      std::vector<size_t>& named = renewed[{row["job_id"].as<int64_t>(), row["attempt"].as<int>()}];
      named.push_back(i);
      if (named.size() > 1) {
        new_phases.back() = std::max(new_phases.back(), row["new_phase"].as<int64_t>());
        continue;
      }
      job_ids.push_back(row["job_id"].as<int64_t>());
      numbers.push_back(row["attempt"].as<int64_t>());
      new_phases.push_back(row["new_phase"].as<int64_t>());
      for (PhaseColumns* phase : {&pull, &fetch, &install, &script}) phase->Add(renewals[i]);
    }
    if (renewed.empty()) return;
    for (const auto& row : ExecPrepared(
             tx,
             absl::StrCat(
                 "UPDATE attempts a SET lease_expire_time = now() + $4::interval, "
                 "phase = greatest(a.phase, n.phase), "
                 "pull_time = coalesce(pull_time, now() - pull_ago * interval '1 us'), "
                 "fetch_time = coalesce(fetch_time, now() - fetch_ago * interval '1 us'), "
                 "install_time = "
                 "  coalesce(install_time, now() - install_ago * interval '1 us'), "
                 "script_time = coalesce(script_time, now() - script_ago * interval '1 us'), "
                 "pull_offset = coalesce(pull_offset, pull_at), "
                 "fetch_offset = coalesce(fetch_offset, fetch_at), "
                 "install_offset = coalesce(install_offset, install_at), "
                 "script_offset = coalesce(script_offset, script_at) "
                 "FROM (SELECT job_id, attempt, phase, nullif(pull, -1) AS pull_ago, "
                 "    nullif(fetched, -1) AS fetch_ago, nullif(install, -1) AS install_ago, "
                 "    nullif(script, -1) AS script_ago, nullif(pull_o, -1) AS pull_at, "
                 "    nullif(fetch_o, -1) AS fetch_at, nullif(install_o, -1) AS install_at, "
                 "    nullif(script_o, -1) AS script_at "
                 "  FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], "
                 "    $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], "
                 "    $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[]) AS "
                 "  k(job_id, attempt, phase, pull, fetched, install, script, "
                 "    pull_o, fetch_o, install_o, script_o)) n "
                 "WHERE a.job_id = n.job_id AND a.attempt = n.attempt "
                 "RETURNING a.job_id, a.attempt, ",
                 Micros("a.lease_expire_time")),
             ToArray(job_ids), ToArray(numbers), ToArray(new_phases), lease_, ToArray(pull.ago),
             ToArray(fetch.ago), ToArray(install.ago), ToArray(script.ago), ToArray(pull.offset),
             ToArray(fetch.offset), ToArray(install.offset), ToArray(script.offset))) {
      for (const size_t i : renewed.at({row[0].as<int64_t>(), row[1].as<int>()})) {
        answers[i].expire_time = TimeFromMicros(row[2]);
      }
    }
    if (changed_builds.empty()) return;
    writer.LoadIds(changed_builds);
    for (const int64_t id : changed_builds) {
      if (BuildModel* build = writer.FindId(id)) writer.Touch(*build);
    }
    writer.Save();
  }

  PostgresPool& pool_;
  const std::string public_url_;
  const std::string lease_;
};

}  // namespace

std::unique_ptr<LeaseStore> NewPostgresLeaseStore(PostgresPool& pool, std::string public_url,
                                                  absl::Duration lease_time) {
  return std::make_unique<PostgresLeaseStore>(pool, std::move(public_url), lease_time);
}

}  // namespace kozmic::build
