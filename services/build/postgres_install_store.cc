#include "services/build/postgres_install_store.h"

#include <string>
#include <utility>

#include "lib/crypto/digest.h"
#include "lib/postgres/array.h"
#include "lib/postgres/prepared.h"
#include "lib/postgres/times.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/channels.h"
#include "services/build/lease_rows.h"

// Locks are taken in the order projects (shared), installs, install_removals.

namespace kozmic::build {
namespace {

// Of the project's images, for the log to tell what changed.
constexpr int kMostKnown = 5;
constexpr int kMostRemovals = 20;
// For one runner to remove an image from the registry, before another may try.
constexpr absl::Duration kRemovalTime = absl::Minutes(10);
// A row without an image goes so long after its last claim.
constexpr absl::Duration kRememberFailure = absl::Hours(24);

absl::Status StaleClaim() {
  return WithReason(absl::FailedPreconditionError("the claim is not this runner's any more"),
                    "stale_claim");
}

// Of the columns digest, inputs, build, runner.
InstallImage ReadImage(const pqxx::row& row) {
  return {.digest = row[0].c_str(),
          .inputs = row[1].c_str(),
          .build = row[2].as<int64_t>(),
          .runner = row[3].c_str()};
}

std::string RunnerOf(pqxx::transaction_base& tx, absl::string_view session) {
  const pqxx::result rows =
      ExecPrepared(tx, "SELECT runner FROM runners WHERE session_sha256 = $1", Sha256Hex(session));
  return rows.empty() ? "" : rows[0][0].c_str();
}

void TellWaiters(pqxx::work& tx, int64_t claim) {
  ExecPrepared(tx, "SELECT pg_notify($1, w) FROM installs, unnest(waiters) AS w WHERE claim = $2",
               kSessionsChannel, claim);
  ExecPrepared(tx, "UPDATE installs SET waiters = '{}' WHERE claim = $1", claim);
}

// Leaves the project's newest images in the registry.
void KeepNewest(pqxx::work& tx, int64_t claim, int kept) {
  ExecPrepared(tx,
               "WITH old AS (SELECT i.project_id, i.registry, i.cache_id, i.digest FROM installs i "
               "    JOIN installs mine ON mine.claim = $1 AND mine.project_id = i.project_id "
               "      AND mine.registry = i.registry "
               "    WHERE i.digest <> '' ORDER BY i.use_time DESC, i.cache_id OFFSET $2), "
               "  cleared AS (UPDATE installs i SET digest = '', inputs = '' FROM old "
               "    WHERE (i.project_id, i.registry, i.cache_id) = "
               "      (old.project_id, old.registry, old.cache_id)) "
               "INSERT INTO install_removals (registry, project_id, digest) "
               "SELECT registry, project_id, digest FROM old ON CONFLICT DO NOTHING",
               claim, kept);
}

class PostgresInstallStore final : public InstallStore {
 public:
  PostgresInstallStore(PostgresPool& pool, absl::Duration claim_time)
      : pool_(pool), claim_(Interval(claim_time)) {}

  absl::StatusOr<Claimed> Claim(const Wish& wish) override {
    Claimed claimed;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) {
      claimed = {};
      return ClaimIn(tx, wish, claimed);
    }));
    return claimed;
  }

  absl::StatusOr<std::vector<int64_t>> Renew(absl::string_view session,
                                             const std::vector<int64_t>& claims) override {
    std::vector<int64_t> lost;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      lost.clear();
      const std::string runner = RunnerOf(tx, session);
      if (runner.empty()) return StaleSession();
      // Also one that has run out, if nobody else has claimed it since.
      for (const auto& row : ExecPrepared(
               tx,
               "WITH live AS (SELECT claim FROM installs WHERE claim = ANY($1::bigint[]) "
               "    AND claim_expire_time IS NOT NULL AND claim_runner = $2 "
               "    ORDER BY claim FOR UPDATE), "
               "  renewed AS (UPDATE installs i SET claim_expire_time = now() + $3::interval "
               "    FROM live WHERE i.claim = live.claim) "
               "SELECT k FROM unnest($1::bigint[]) AS k WHERE k NOT IN (SELECT claim FROM live)",
               ToArray(claims), runner, claim_)) {
        lost.push_back(row[0].as<int64_t>());
      }
      return absl::OkStatus();
    }));
    return lost;
  }

  absl::Status Finish(const Finished& finished) override {
    return pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      const std::string runner = RunnerOf(tx, finished.session);
      if (runner.empty()) return StaleSession();
      // All that may be changed, in one order.
      ExecPrepared(tx,
                   "SELECT FROM installs i WHERE (i.project_id, i.registry) IN "
                   "  (SELECT project_id, registry FROM installs WHERE claim = $1) "
                   "ORDER BY i.cache_id FOR UPDATE",
                   finished.claim);
      const bool held =
          !ExecPrepared(tx,
                        "UPDATE installs SET claim_expire_time = NULL, "
                        "  failed_claim = CASE WHEN $3::boolean THEN claim "
                        "    ELSE failed_claim END "
                        "WHERE claim = $1 AND claim_runner = $2 "
                        "AND claim_expire_time IS NOT NULL RETURNING claim",
                        finished.claim, runner, finished.failed && !finished.image.has_value())
               .empty();
      if (!held) return StaleClaim();
      if (finished.image) {
        ExecPrepared(tx,
                     "UPDATE installs SET digest = $2, inputs = $3, "
                     "  build = claim_build, runner = claim_runner, use_time = now() "
                     "WHERE claim = $1",
                     finished.claim, finished.image->digest, finished.image->inputs);
        // It was to be removed, and has been made again.
        ExecPrepared(tx,
                     "DELETE FROM install_removals r USING installs i WHERE i.claim = $1 "
                     "AND (r.registry, r.project_id, r.digest) = "
                     "  (i.registry, i.project_id, i.digest)",
                     finished.claim);
        KeepNewest(tx, finished.claim, finished.kept);
      }
      TellWaiters(tx, finished.claim);
      return absl::OkStatus();
    });
  }

  absl::StatusOr<Tidied> Tidy(const Tidying& tidying) override {
    Tidied tidied;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      tidied = {};
      if (RunnerOf(tx, tidying.session).empty()) return StaleSession();
      for (const auto& row :
           ExecPrepared(tx,
                        "SELECT project_id FROM projects WHERE project_id = ANY($1::bigint[]) "
                        "AND delete_time IS NOT NULL",
                        ToArray(tidying.projects))) {
        tidied.deleted_projects.push_back(row[0].as<int64_t>());
      }
      if (!tidying.registry.empty()) TidyRegistry(tx, tidying, tidied);
      return absl::OkStatus();
    }));
    return tidied;
  }

 private:
  absl::Status ClaimIn(pqxx::work& tx, const Wish& wish, Claimed& claimed) {
    const std::vector<GrantedLease> leases = ReadLeases(
        tx,
        "a.job_id = (SELECT job_id FROM jobs WHERE number = $3 AND build_id = "
        "  (SELECT build_id FROM builds WHERE project_id = $1 AND number = $2)) "
        "AND a.attempt = $4 "
        "AND j.attempt = a.attempt AND a.state = 2 AND NOT a.lost "
        "AND a.runner = (SELECT runner FROM runners WHERE session_sha256 = $5)",
        wish.key.project, wish.key.build, wish.key.job, wish.key.attempt, Sha256Hex(wish.session));
    if (leases.empty()) return StaleFence();
    // I18: what a stranger's commit leads to is nobody else's; it may use what is there.
    const bool may_claim = leases.front().fork.empty();
    if (may_claim) {
      // Whoever deletes the project waits for this, or is seen.
      if (ExecPrepared(tx,
                       "SELECT FROM projects WHERE project_id = $1 AND delete_time IS NULL "
                       "FOR SHARE",
                       wish.key.project)
              .empty()) {
        return StaleFence();
      }
      ExecPrepared(tx,
                   "INSERT INTO installs (project_id, registry, cache_id) VALUES ($1, $2, $3) "
                   "ON CONFLICT DO NOTHING",
                   wish.key.project, wish.registry, wish.cache_id);
    }
    const pqxx::result rows = ExecPrepared(
        tx,
        "SELECT digest, inputs, build, runner, claim, claim_build, claim_runner, "
        "  claim_attempt, failed_claim, claim_expire_time IS NOT NULL, "
        "  extract(epoch FROM claim_expire_time - now())::float8 "
        "FROM installs WHERE project_id = $1 AND registry = $2 AND cache_id = $3 FOR UPDATE",
        wish.key.project, wish.registry, wish.cache_id);
    if (rows.empty()) return absl::OkStatus();
    const pqxx::row& row = rows[0];
    InstallImage image = ReadImage(row);
    if (!image.digest.empty() && (image.digest != wish.missing_digest || !may_claim)) {
      if (image.digest == wish.missing_digest) return absl::OkStatus();
      ExecPrepared(tx,
                   "UPDATE installs SET use_time = now() "
                   "WHERE project_id = $1 AND registry = $2 AND cache_id = $3",
                   wish.key.project, wish.registry, wish.cache_id);
      claimed.image = std::move(image);
      return absl::OkStatus();
    }
    if (!may_claim) return absl::OkStatus();
    const std::string runner = RunnerOf(tx, wish.session);
    const bool open = row[9].as<bool>();
    const double seconds_left = open ? row[10].as<double>() : 0;
    const bool mine = open && row[6].c_str() == runner && row[7].c_str() == wish.key.Name();
    if (!mine && seconds_left > 0) {
      // It failed for whom we waited: not one after the other.
      if (wish.waited_for != 0 && wish.waited_for <= row[8].as<int64_t>()) return absl::OkStatus();
      claimed.holder = Holder{.claim = row[4].as<int64_t>(),
                              .build = row[5].as<int64_t>(),
                              .runner = row[6].c_str(),
                              .time_left = absl::Seconds(seconds_left)};
      ExecPrepared(tx,
                   "UPDATE installs SET waiters = array_append(waiters, $4) "
                   "WHERE project_id = $1 AND registry = $2 AND cache_id = $3 "
                   "AND NOT ($4 = ANY(waiters))",
                   wish.key.project, wish.registry, wish.cache_id, runner);
      return absl::OkStatus();
    }
    claimed.claim =
        ExecPrepared(tx,
                     "UPDATE installs SET "
                     "  claim = CASE WHEN $4::boolean THEN claim ELSE nextval('install_claims') "
                     "    END, "
                     "  claim_expire_time = now() + $5::interval, claim_runner = $6, "
                     "  claim_attempt = $7, claim_build = $8, digest = '', inputs = '' "
                     "WHERE project_id = $1 AND registry = $2 AND cache_id = $3 RETURNING claim",
                     wish.key.project, wish.registry, wish.cache_id, mine, claim_, runner,
                     wish.key.Name(), wish.key.build)[0][0]
            .as<int64_t>();
    for (const auto& known :
         ExecPrepared(tx,
                      "SELECT digest, inputs, build, runner FROM installs "
                      "WHERE project_id = $1 AND registry = $2 AND digest <> '' "
                      "ORDER BY use_time DESC LIMIT $3",
                      wish.key.project, wish.registry, kMostKnown)) {
      claimed.known.push_back(ReadImage(known));
    }
    return absl::OkStatus();
  }

  static void TidyRegistry(pqxx::work& tx, const Tidying& tidying, Tidied& tidied) {
    std::vector<int64_t> projects;
    std::vector<std::string> digests;
    for (const Removal& removal : tidying.removed) {
      projects.push_back(removal.project);
      digests.push_back(removal.digest);
    }
    ExecPrepared(tx,
                 "DELETE FROM install_removals WHERE registry = $1 AND (project_id, digest) IN "
                 "  (SELECT * FROM unnest($2::bigint[], $3::text[]))",
                 tidying.registry, ToArray(projects), ToArray(digests));
    ExecPrepared(tx,
                 "DELETE FROM installs WHERE registry = $1 AND digest = '' "
                 "AND coalesce(claim_expire_time, use_time) < now() - $2::interval",
                 tidying.registry, Interval(kRememberFailure));
    for (const auto& row :
         ExecPrepared(tx,
                      "WITH due AS (SELECT registry, project_id, digest FROM install_removals "
                      "    WHERE registry = $1 AND try_time < now() ORDER BY create_time LIMIT $2 "
                      "    FOR UPDATE SKIP LOCKED) "
                      "UPDATE install_removals r SET try_time = now() + $3::interval FROM due "
                      "WHERE (r.registry, r.project_id, r.digest) = "
                      "  (due.registry, due.project_id, due.digest) "
                      "RETURNING r.project_id, r.digest",
                      tidying.registry, kMostRemovals, Interval(kRemovalTime))) {
      tidied.removals.push_back({row[0].as<int64_t>(), row[1].c_str()});
    }
  }

  PostgresPool& pool_;
  const std::string claim_;
};

}  // namespace

std::unique_ptr<InstallStore> NewPostgresInstallStore(PostgresPool& pool,
                                                      absl::Duration claim_time) {
  return std::make_unique<PostgresInstallStore>(pool, claim_time);
}

}  // namespace kozmic::build
