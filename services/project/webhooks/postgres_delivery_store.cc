#include "services/project/webhooks/postgres_delivery_store.h"

#include <algorithm>

#include "lib/crypto/digest.h"
#include "lib/postgres/times.h"
#include "lib/status/macros.h"

namespace kozmic::project {
namespace {

// `asked`: the requests to build this ref and commit that the project knows of. `joined`: the one
// that the delivery belongs to, if any. A request that no push told of yet (a pull request was
// opened) is also joined by the push, unless the ref was asked to be built elsewhere since.
// Deliveries of one push that come at once need not see each other: each arrives at the same key.
constexpr char kAddDelivery[] = R"(
WITH own AS MATERIALIZED (
  SELECT delivery_id, d.hook_id, commit, before, source, request_key
  FROM hooks this JOIN hooks h USING (project_id) JOIN deliveries d ON d.hook_id = h.hook_id
  WHERE this.hook_id = $1 AND ref = $8 AND commit = $9 AND request_key IS NOT NULL),
asked AS MATERIALIZED (
  SELECT request_key, max(delivery_id) AS newest, max(before) AS before,
         bool_or(hook_id = $1 AND source = $11 AND before = $10) AS told
  FROM own GROUP BY request_key),
joined AS (
  SELECT request_key FROM asked
  WHERE $10 = '' OR NOT told AND (before = $10 OR before = '' AND NOT EXISTS (
      SELECT FROM hooks this JOIN hooks h USING (project_id) JOIN deliveries d
          ON d.hook_id = h.hook_id
      WHERE this.hook_id = $1 AND ref = $8 AND commit <> $9 AND d.request_key IS NOT NULL
      AND delivery_id > newest))
  ORDER BY newest DESC LIMIT 1)
INSERT INTO deliveries (hook_id, guid, event, body, body_sha256, state, outcome, ref, commit,
                        before, source, request_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, CASE WHEN $8::text IS NOT NULL THEN coalesce(
  (SELECT request_key FROM joined),
  (SELECT $10::text || CASE WHEN count(*) > 0 THEN '/' || count(*) ELSE '' END
   FROM asked WHERE before = $10)) END)
ON CONFLICT DO NOTHING)";

}  // namespace

absl::StatusOr<HookKey> PostgresDeliveryStore::GetHookKey(int64_t hook_id) {
  HookKey key;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows = tx.exec_params(
        "SELECT project_id, repository_id, secret, github_hook_id"
        " FROM hooks JOIN projects USING (project_id)"
        " WHERE hook_id = $1 AND remove_time IS NULL AND state = 2",
        hook_id);
    if (rows.empty()) return absl::NotFoundError("no such hook");
    key = {.project_id = rows[0][0].as<int64_t>(),
           .repository_id = rows[0][1].as<int64_t>(),
           .sealed_secret = rows[0][2].as<std::string>(),
           .github_hook_id = {}};
    if (!rows[0][3].is_null()) key.github_hook_id = rows[0][3].as<int64_t>();
    return absl::OkStatus();
  }));
  return key;
}

absl::Status PostgresDeliveryStore::FinishHook(int64_t hook_id, int64_t github_hook_id) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    tx.exec_params0(
        "UPDATE hooks SET github_hook_id = $2, made = true"
        " WHERE hook_id = $1 AND github_hook_id IS NULL AND remove_time IS NULL",
        hook_id, github_hook_id);
    return absl::OkStatus();
  });
}

absl::StatusOr<bool> PostgresDeliveryStore::AddDelivery(const NewDelivery& delivery) {
  bool added = false;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    added = tx.exec_params(kAddDelivery, delivery.hook_id, delivery.guid, delivery.event,
                           ToBytea(delivery.body), ToBytea(Sha256(delivery.body)),
                           static_cast<int>(delivery.state), delivery.outcome,
                           delivery.ref.empty() ? nullptr : delivery.ref.c_str(), delivery.commit,
                           delivery.before, delivery.source)
                .affected_rows() == 1;
    return absl::OkStatus();
  }));
  return added;
}

absl::StatusOr<std::optional<WaitingDelivery>> PostgresDeliveryStore::ClaimDelivery(
    absl::Duration claim) {
  std::optional<WaitingDelivery> claimed;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    // A claim need not survive a crash of the database (the delivery is then dispatched again, to
    // no further effect), so it does not wait for the disk: that would delay every build.
    const pqxx::result rows = tx.exec_params(
        "WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),"
        " due AS MATERIALIZED ("
        "  SELECT delivery_id FROM deliveries"
        "  WHERE state = 1 AND next_try <= now() AND (SELECT count(*) FROM hasty) = 1"
        "  ORDER BY delivery_id LIMIT 1 FOR UPDATE SKIP LOCKED)"
        " UPDATE deliveries d SET attempts = attempts + 1, next_try = now() + $1::interval"
        " FROM due, hooks h, projects p"
        " WHERE d.delivery_id = due.delivery_id AND h.hook_id = d.hook_id"
        " AND p.project_id = h.project_id"
        " RETURNING d.delivery_id, p.project_id, p.repository, p.url, d.event, d.body, d.attempts,"
        " coalesce(d.request_key, '')",
        Interval(claim));
    if (rows.empty()) return absl::OkStatus();
    claimed = WaitingDelivery{.delivery_id = rows[0][0].as<int64_t>(),
                              .project_id = rows[0][1].as<int64_t>(),
                              .repository = rows[0][2].as<std::string>(),
                              .project_url = rows[0][3].as<std::string>(),
                              .event = rows[0][4].as<std::string>(),
                              .body = FromBytea(rows[0][5]),
                              .request_key = rows[0][7].as<std::string>(),
                              .attempts = rows[0][6].as<int>()};
    return absl::OkStatus();
  }));
  return claimed;
}

absl::StatusOr<std::optional<absl::Duration>> PostgresDeliveryStore::TimeToNextDelivery() {
  std::optional<absl::Duration> wait;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::row row = tx.exec1(
        "SELECT (extract(epoch FROM min(next_try) - now()) * 1000000)::bigint"
        " FROM deliveries WHERE state = 1");
    if (row[0].is_null()) return absl::OkStatus();
    wait = std::max(absl::ZeroDuration(), absl::Microseconds(row[0].as<int64_t>()));
    return absl::OkStatus();
  }));
  return wait;
}

absl::Status PostgresDeliveryStore::SettleDelivery(int64_t delivery_id, DeliveryState state,
                                                   const std::string& outcome) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    tx.exec_params0(
        "UPDATE deliveries SET state = $2, outcome = $3 WHERE delivery_id = $1 AND state = 1",
        delivery_id, static_cast<int>(state), outcome);
    return absl::OkStatus();
  });
}

absl::Status PostgresDeliveryStore::RetryDelivery(int64_t delivery_id, absl::Duration delay,
                                                  const std::string& outcome) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    tx.exec_params0(
        "UPDATE deliveries SET next_try = now() + $2::interval, outcome = $3"
        " WHERE delivery_id = $1 AND state = 1",
        delivery_id, Interval(delay), outcome);
    return absl::OkStatus();
  });
}

}  // namespace kozmic::project
