#include "services/build/postgres_lease_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/postgres/array.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/build_change.h"
#include "services/build/build_rows.h"
#include "services/build/channels.h"

// Locks are always taken in the order runner, attempt, job, project, build: transactions that meet
// wait for each other and never in a circle. A deleted project has neither queue nor leases: what
// passes its lock after the deletion has begun is rolled back.

namespace kozmic::build {
namespace {

absl::Status StaleSession() {
  return WithReason(absl::FailedPreconditionError(
                        "this session is not the runner's newest: another process took its place"),
                    "stale_session");
}

absl::Status StaleFence() {
  return WithReason(absl::FailedPreconditionError(
                        "this attempt is no longer the job's: it was lost or has ended"),
                    "stale_fence");
}

// Chooses one live attempt: $1 project, $2 build, $3 job, $4 attempt.
constexpr char kLiveAttempt[] =
    "p.project_id = $1 AND p.delete_time IS NULL AND b.project_id = $1 AND b.number = $2 "
    "AND j.build_id = b.build_id AND j.number = $3 "
    "AND a.job_id = j.job_id AND a.attempt = $4 AND j.attempt = a.attempt AND a.state = 2 ";

// Grants that are rolled back because the job's project is deleted in this moment; the next one
// does not see that project's jobs any more.
constexpr int kMostTakenAway = 10;
constexpr char kTakenAway[] = "taken_away";

class PostgresLeaseStore final : public LeaseStore {
 public:
  PostgresLeaseStore(PostgresPool& pool, std::string public_url, absl::Duration lease_time)
      : pool_(pool),
        public_url_(std::move(public_url)),
        lease_(absl::StrCat(absl::ToInt64Milliseconds(lease_time), " milliseconds")) {}

  absl::StatusOr<std::vector<GrantedLease>> OpenSession(
      const runner::v1::OpenSessionRequest& request, absl::string_view session) override {
    std::vector<GrantedLease> leases;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) {
      std::string labels = "{";
      for (const std::string& label : request.labels()) {
        absl::StrAppend(&labels, labels.size() > 1 ? "," : "", "\"", label, "\"");
      }
      tx.exec_params0(
          "INSERT INTO runners (runner, session_sha256, labels, slots, version) "
          "VALUES ($1, $2, $3::text[], $4, $5) ON CONFLICT (runner) DO UPDATE SET "
          "session_sha256 = excluded.session_sha256, labels = excluded.labels, "
          "slots = excluded.slots, version = excluded.version, session_time = now(), "
          "seen_time = now()",
          request.runner(), Sha256Hex(session), labels + "}", request.slots(), request.version());
      tx.exec_params0(
          "UPDATE attempts SET lease_expire_time = now() + $2::interval "
          "WHERE runner = $1 AND state = 2 AND NOT lost",
          request.runner(), lease_);
      leases = ReadLeases(tx, "a.runner = $1 AND a.state = 2 AND NOT a.lost", request.runner());
      return absl::OkStatus();
    }));
    return leases;
  }

  absl::StatusOr<std::optional<GrantedLease>> Grant(absl::string_view session,
                                                    absl::string_view request_id) override {
    absl::StatusOr<std::optional<GrantedLease>> lease;
    int taken_away = 0;
    do {
      lease = TryGrant(session, request_id);
    } while (Reason(lease.status()) == kTakenAway && ++taken_away < kMostTakenAway);
    return lease;
  }

  absl::StatusOr<std::vector<std::optional<absl::Time>>> Renew(
      absl::string_view session, const std::vector<Renewal>& renewals) override {
    std::vector<std::optional<absl::Time>> expiries;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      expiries.clear();
      const pqxx::result runner = tx.exec_params(
          "UPDATE runners SET seen_time = now() WHERE session_sha256 = $1 RETURNING runner",
          Sha256Hex(session));
      if (runner.empty()) return StaleSession();
      for (const Renewal& renewal : renewals) {
        expiries.push_back(RenewOne(tx, runner[0][0].c_str(), renewal));
      }
      return absl::OkStatus();
    }));
    return expiries;
  }

  absl::StatusOr<GrantedLease> GetLive(absl::string_view session, const AttemptKey& key) override {
    std::vector<GrantedLease> leases;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      leases = ReadLeases(tx,
                          std::string(kLiveAttempt) +
                              "AND NOT a.lost AND a.runner = (SELECT runner FROM runners WHERE "
                              "session_sha256 = $5)",
                          key.project, key.build, key.job, key.attempt, Sha256Hex(session));
      return absl::OkStatus();
    }));
    if (leases.empty()) return StaleFence();
    return std::move(leases.front());
  }

  absl::Status Finish(absl::string_view session, const AttemptKey& key,
                      const AttemptEnd& end) override {
    return pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      const pqxx::result runner = tx.exec_params(
          "SELECT runner FROM runners WHERE session_sha256 = $1 FOR SHARE", Sha256Hex(session));
      if (runner.empty()) return StaleSession();
      const std::string holder = runner[0][0].c_str();
      const absl::Status status =
          End(tx, "NOT a.lost AND a.runner = " + tx.quote(holder), key, end, end.state);
      if (Reason(status) == "stale_fence" && EndedAlike(tx, key, end, holder)) {
        return absl::OkStatus();
      }
      return status;
    });
  }

  absl::Status CheckReachable() override {
    return pool_.Autocommit([](pqxx::nontransaction& tx) {
      tx.exec1("SELECT 1");
      return absl::OkStatus();
    });
  }

  absl::StatusOr<std::vector<LostAttempt>> TakeLost(int limit) override {
    std::vector<LostAttempt> lost;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      tx.exec0(
          "UPDATE attempts SET lost = true WHERE state = 2 AND NOT lost "
          "AND lease_expire_time < now()");
      for (const auto& row : tx.exec_params(
               "SELECT b.project_id, b.number, j.number, a.attempt, a.phase FROM attempts a "
               "JOIN jobs j USING (job_id) JOIN builds b USING (build_id) "
               "JOIN projects p USING (project_id) "
               "WHERE a.state = 2 AND a.lost AND p.delete_time IS NULL ORDER BY "
               "a.lease_expire_time LIMIT $1",
               limit)) {
        lost.push_back({{row[0].as<int64_t>(), row[1].as<int64_t>(), row[2].as<int64_t>(),
                         row[3].as<int64_t>()},
                        static_cast<runner::v1::Phase>(row[4].as<int>())});
      }
      return absl::OkStatus();
    }));
    return lost;
  }

  absl::Status Requeue(const AttemptKey& key, const AttemptEnd& end) override {
    return pool_.Transact(
        [&](pqxx::work& tx) { return End(tx, "a.lost", key, end, v1::STATE_ENQUEUED); });
  }

  absl::Status FinishLost(const AttemptKey& key, const AttemptEnd& end) override {
    return pool_.Transact([&](pqxx::work& tx) { return End(tx, "a.lost", key, end, end.state); });
  }

 private:
  // ABORTED kTakenAway when the job that was chosen went with its project.
  absl::StatusOr<std::optional<GrantedLease>> TryGrant(absl::string_view session,
                                                       absl::string_view request_id) {
    std::optional<GrantedLease> lease;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      lease.reset();
      const pqxx::result runner = tx.exec_params(
          "SELECT r.runner, a.job_id, a.attempt FROM runners r LEFT JOIN attempts a "
          "ON a.runner = r.runner AND a.request_id = $2 AND a.state = 2 AND NOT a.lost "
          "WHERE r.session_sha256 = $1 FOR SHARE OF r",
          Sha256Hex(session), std::string(request_id));
      if (runner.empty()) return StaleSession();
      if (!runner[0]["job_id"].is_null()) {
        std::vector<GrantedLease> held =
            ReadLeases(tx, "a.job_id = $1 AND a.attempt = $2", runner[0]["job_id"].as<int64_t>(),
                       runner[0]["attempt"].as<int>());
        // None: its project is being deleted. Once the attempt is gone the request gets another.
        if (!held.empty()) lease = std::move(held.front());
        return absl::OkStatus();
      }
      const pqxx::result granted = tx.exec_params(
          "WITH next AS (SELECT j.job_id FROM jobs j JOIN builds b ON b.build_id = j.build_id "
          "  JOIN projects p ON p.project_id = b.project_id "
          "  WHERE j.state = 1 AND p.delete_time IS NULL ORDER BY j.job_id LIMIT 1 "
          "  FOR UPDATE OF j SKIP LOCKED), "
          "job AS (UPDATE jobs j SET state = 2, attempt = j.attempt + 1, start_time = now(), "
          "  reason = '' FROM next WHERE j.job_id = next.job_id RETURNING j.*), "
          "made AS (INSERT INTO attempts (job_id, attempt, runner, request_id, lease_expire_time) "
          "  SELECT job_id, attempt, $1, $2, now() + $3::interval FROM job "
          "  RETURNING lease_expire_time) " +
              LeaseColumns("j", "made") +
              ", b.build_id FROM job j JOIN builds b ON b.build_id = j.build_id, made",
          std::string(runner[0]["runner"].c_str()), std::string(request_id), lease_);
      if (granted.empty()) return absl::OkStatus();
      lease = ReadLease(granted[0]);
      if (!RecordStart(tx, public_url_, lease->key, granted[0]["build_id"].as<int64_t>())) {
        return WithReason(absl::AbortedError("the job's project was deleted"), kTakenAway);
      }
      return absl::OkStatus();
    }));
    return lease;
  }

  static std::string LeaseColumns(const std::string& job, const std::string& attempt) {
    return absl::StrCat("SELECT b.project_id, b.number AS build, ", job, ".number AS job, ", job,
                        ".title, ", job, ".image, ", job, ".script, ", job, ".install_script, ",
                        job, ".tracked_files, b.repository, b.ref, b.commit, b.fork, ",
                        Micros(attempt + ".lease_expire_time"), " AS expire_time, ",
                        attempt == "a" ? "a.attempt" : job + ".attempt");
  }

  static GrantedLease ReadLease(const pqxx::row& row) {
    GrantedLease lease;
    lease.key = {row["project_id"].as<int64_t>(), row["build"].as<int64_t>(),
                 row["job"].as<int64_t>(), row["attempt"].as<int64_t>()};
    lease.expire_time = TimeFromMicros(row["expire_time"]);
    lease.repository = row["repository"].c_str();
    lease.ref = row["ref"].c_str();
    lease.commit = row["commit"].c_str();
    lease.fork = row["fork"].as<bool>();
    lease.title = row["title"].c_str();
    lease.image = row["image"].c_str();
    lease.script = row["script"].c_str();
    lease.install_script = row["install_script"].c_str();
    lease.tracked_files = TextsFromArray(row["tracked_files"]);
    return lease;
  }

  template <typename... Parameters>
  static std::vector<GrantedLease> ReadLeases(pqxx::transaction_base& tx, const std::string& where,
                                              const Parameters&... parameters) {
    std::vector<GrantedLease> leases;
    for (const auto& row : tx.exec_params(LeaseColumns("j", "a") +
                                              " FROM attempts a JOIN jobs j ON j.job_id = a.job_id "
                                              "JOIN builds b ON b.build_id = j.build_id "
                                              "JOIN projects p ON p.project_id = b.project_id "
                                              "WHERE p.delete_time IS NULL AND " +
                                              where + " ORDER BY a.start_time",
                                          parameters...)) {
      leases.push_back(ReadLease(row));
    }
    return leases;
  }

  std::optional<absl::Time> RenewOne(pqxx::work& tx, const std::string& runner,
                                     const Renewal& renewal) {
    const AttemptKey& key = renewal.key;
    const pqxx::result before = tx.exec_params(
        absl::StrCat("SELECT a.job_id, a.phase, b.build_id FROM attempts a, jobs j, builds b, "
                     "projects p WHERE ",
                     kLiveAttempt, "AND NOT a.lost AND a.runner = $5 FOR UPDATE OF a"),
        key.project, key.build, key.job, key.attempt, runner);
    if (before.empty()) return std::nullopt;
    const pqxx::row after = tx.exec_params1(
        absl::StrCat(
            "UPDATE attempts SET lease_expire_time = now() + $3::interval, "
            "phase = greatest(phase, $4), "
            "pull_time = CASE WHEN $4 = 2 THEN coalesce(pull_time, now()) ELSE pull_time END, "
            "fetch_time = CASE WHEN $4 = 3 THEN coalesce(fetch_time, now()) ELSE fetch_time END, "
            "install_time = "
            "  CASE WHEN $4 = 4 THEN coalesce(install_time, now()) ELSE install_time END, "
            "script_time = CASE WHEN $4 = 5 THEN coalesce(script_time, now()) ELSE script_time END "
            "WHERE job_id = $1 AND attempt = $2 RETURNING ",
            Micros("lease_expire_time")),
        before[0][0].as<int64_t>(), key.attempt, lease_, static_cast<int>(renewal.phase));
    if (static_cast<int>(renewal.phase) > before[0][1].as<int>() &&
        !RecordChange(tx, key.project, before[0][2].as<int64_t>())) {
      // What was just written goes with the attempt.
      return std::nullopt;
    }
    return TimeFromMicros(after[0]);
  }

  // Ends the live attempt that also fulfils `condition`, and brings its job into `job_state`.
  absl::Status End(pqxx::work& tx, const std::string& condition, const AttemptKey& key,
                   const AttemptEnd& end, v1::State job_state) {
    const pqxx::result attempt = tx.exec_params(
        absl::StrCat(
            "UPDATE attempts a SET state = $5, reason = $6, exit_code = $7, end_time = now(), "
            "log_size = $8, log_sha256 = $9 FROM jobs j, builds b, projects p WHERE ",
            kLiveAttempt, "AND ", condition, " RETURNING a.job_id, b.build_id"),
        key.project, key.build, key.job, key.attempt, static_cast<int>(end.state), end.reason,
        end.exit_code, end.log_size, end.log_sha256);
    if (attempt.empty()) return StaleFence();
    const auto job_id = attempt[0][0].as<int64_t>();
    const auto build_id = attempt[0][1].as<int64_t>();
    if (job_state == v1::STATE_ENQUEUED) {
      tx.exec_params0(
          "UPDATE jobs SET state = 1, queue_time = now(), start_time = NULL, reason = $2 "
          "WHERE job_id = $1",
          job_id, end.reason);
      tx.exec_params("SELECT pg_notify($1, '')", kJobsChannel);
    } else {
      tx.exec_params0(
          "UPDATE jobs SET state = $2, reason = $3, exit_code = $4, end_time = now() "
          "WHERE job_id = $1",
          job_id, static_cast<int>(job_state), end.reason, end.exit_code);
    }
    return RecordVerdict(tx, public_url_, key, build_id) ? absl::OkStatus() : StaleFence();
  }

  static bool EndedAlike(pqxx::work& tx, const AttemptKey& key, const AttemptEnd& end,
                         const std::string& runner) {
    return !tx.exec_params(
                  "SELECT FROM attempts a JOIN jobs j USING (job_id) JOIN builds b USING "
                  "(build_id) JOIN projects p USING (project_id) "
                  "WHERE p.delete_time IS NULL AND b.project_id = $1 AND b.number = $2 AND "
                  "j.number = $3 AND a.attempt = $4 "
                  "AND NOT a.lost AND a.runner = $5 AND a.state = $6 "
                  "AND a.exit_code IS NOT DISTINCT FROM $7::integer AND a.log_size = $8",
                  key.project, key.build, key.job, key.attempt, runner, static_cast<int>(end.state),
                  end.exit_code, end.log_size)
                .empty();
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
