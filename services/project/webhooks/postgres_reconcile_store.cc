#include "services/project/webhooks/postgres_reconcile_store.h"

#include "absl/strings/str_cat.h"
#include "lib/postgres/array.h"
#include "lib/postgres/times.h"
#include "lib/status/macros.h"

namespace kozmic::project {
namespace {

// Whose deliveries GitHub can be asked about; as the index hooks_reconcile has it.
constexpr char kIsAtGithub[] = "made AND remove_time IS NULL AND github_hook_id IS NOT NULL";

}  // namespace

absl::Status PostgresReconcileStore::WantAll() {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec0(absl::StrCat("UPDATE hooks SET reconcile_time = now() WHERE ", kIsAtGithub,
                          " AND reconcile_time > now()"));
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<ReconcileClaim>> PostgresReconcileStore::ClaimHook(
    absl::Duration claim) {
  std::optional<ReconcileClaim> claimed;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    claimed.reset();
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("WITH due AS (SELECT hook_id AS id FROM hooks WHERE ", kIsAtGithub,
                     " AND reconcile_time <= now() AND EXISTS ("
                     "  SELECT FROM projects p WHERE p.project_id = hooks.project_id"
                     "  AND p.state = 2 AND NOT p.gone)"
                     " ORDER BY reconcile_time LIMIT 1 FOR UPDATE OF hooks SKIP LOCKED)"
                     " UPDATE hooks SET reconcile_time = now() + $1::interval FROM due"
                     " WHERE hook_id = id"
                     " RETURNING hook_id, project_id, github_hook_id, reconciled_delivery,"
                     " reconcile_etag, reconcile_asked_after, reconcile_failures"),
        Interval(claim));
    if (rows.empty()) return absl::OkStatus();
    claimed = ReconcileClaim{.hook_id = rows[0][0].as<int64_t>(),
                             .project_id = rows[0][1].as<int64_t>(),
                             .github_hook_id = rows[0][2].as<int64_t>(),
                             .state = {.settled = rows[0][3].as<int64_t>(),
                                       .etag = rows[0][4].as<std::string>(),
                                       .asked_after = rows[0][5].as<int64_t>()},
                             .failures = rows[0][6].as<int>()};
    return absl::OkStatus();
  }));
  return claimed;
}

absl::Status PostgresReconcileStore::FinishClaim(int64_t hook_id, const ReconcileState& state,
                                                 absl::Duration next) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0(
        "UPDATE hooks SET reconciled_delivery = $2, reconcile_etag = $3,"
        " reconcile_asked_after = $4, reconcile_failures = 0,"
        " reconcile_time = now() + $5::interval WHERE hook_id = $1",
        hook_id, state.settled, state.etag, state.asked_after, Interval(next));
    return absl::OkStatus();
  });
}

absl::Status PostgresReconcileStore::FailClaim(int64_t hook_id, absl::Duration delay) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0(
        "UPDATE hooks SET reconcile_failures = reconcile_failures + 1,"
        " reconcile_time = now() + $2::interval WHERE hook_id = $1",
        hook_id, Interval(delay));
    return absl::OkStatus();
  });
}

absl::StatusOr<std::set<std::string>> PostgresReconcileStore::KnownGuids(
    int64_t hook_id, const std::vector<std::string>& guids) {
  std::set<std::string> known;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    known.clear();
    for (const pqxx::row& row :
         tx.exec_params("SELECT guid FROM deliveries WHERE hook_id = $1 AND guid = ANY($2::text[])",
                        hook_id, ToArray(guids))) {
      known.insert(row[0].as<std::string>());
    }
    return absl::OkStatus();
  }));
  return known;
}

}  // namespace kozmic::project
