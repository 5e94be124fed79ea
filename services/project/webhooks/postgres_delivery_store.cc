#include "services/project/webhooks/postgres_delivery_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/postgres/array.h"
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
                        before, source, action, request_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, CASE WHEN $8::text IS NOT NULL THEN coalesce(
  (SELECT request_key FROM joined),
  (SELECT $10::text || CASE WHEN count(*) > 0 THEN '/' || count(*) ELSE '' END
   FROM asked WHERE before = $10)) END)
ON CONFLICT DO NOTHING)";

// The one that a repeated delivery repeats. The same id in another body is rather the same.
constexpr char kCountReceipt[] = R"(
UPDATE deliveries SET receipts = receipts + 1 WHERE delivery_id = (
  SELECT delivery_id FROM deliveries WHERE hook_id = $1 AND (guid = $2 OR body_sha256 = $3)
  ORDER BY guid = $2 DESC LIMIT 1))";

constexpr char kRecordColumns[] =
    "delivery_id, d.hook_id, title, guid, event, action, coalesce(ref, ''), coalesce(commit, ''), "
    "(extract(epoch FROM receive_time) * 1000000)::bigint, d.state, outcome, d.builds, receipts, "
    "octet_length(body)";

DeliveryRecord ReadRecord(const pqxx::row& row) {
  DeliveryRecord record{.delivery_id = row[0].as<int64_t>(),
                        .hook_id = row[1].as<int64_t>(),
                        .hook_title = row[2].as<std::string>(),
                        .guid = row[3].as<std::string>(),
                        .event = row[4].as<std::string>(),
                        .action = row[5].as<std::string>(),
                        .ref = row[6].as<std::string>(),
                        .commit = row[7].as<std::string>(),
                        .receive_time = TimeFromMicros(row[8]),
                        .state = static_cast<DeliveryState>(row[9].as<int>()),
                        .outcome = row[10].as<std::string>(),
                        .receipts = row[12].as<int>(),
                        .body_size = row[13].as<int64_t>()};
  for (const std::string& number : TextsFromArray(row[11])) {
    record.builds.push_back(std::stoll(number));
  }
  return record;
}

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
                           delivery.before, delivery.source, delivery.action)
                .affected_rows() == 1;
    if (!added) {
      tx.exec_params0(kCountReceipt, delivery.hook_id, delivery.guid,
                      ToBytea(Sha256(delivery.body)));
    }
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
        " coalesce(d.request_key, ''), p.private",
        Interval(claim));
    if (rows.empty()) return absl::OkStatus();
    claimed = WaitingDelivery{.delivery_id = rows[0][0].as<int64_t>(),
                              .project_id = rows[0][1].as<int64_t>(),
                              .repository = rows[0][2].as<std::string>(),
                              .project_url = rows[0][3].as<std::string>(),
                              .is_private = rows[0][8].as<bool>(),
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
                                                   const std::string& outcome,
                                                   const std::vector<int64_t>& builds) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    tx.exec_params0(
        "UPDATE deliveries SET state = $2, outcome = $3, builds = $4::bigint[]"
        " WHERE delivery_id = $1 AND state = 1",
        delivery_id, static_cast<int>(state), outcome, ToArray(builds));
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

absl::StatusOr<std::vector<DeliveryRecord>> PostgresDeliveryStore::ListDeliveries(
    int64_t project_id, int64_t before, int limit, std::optional<DeliveryState> state) {
  std::vector<DeliveryRecord> records;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    records.clear();
    // Each hook's newest by its own index: a project has few hooks and many deliveries.
    for (const pqxx::row& row : tx.exec_params(
             absl::StrCat("SELECT ", kRecordColumns,
                          " FROM hooks h CROSS JOIN LATERAL (SELECT * FROM deliveries"
                          "  WHERE deliveries.hook_id = h.hook_id AND delivery_id < $2"
                          "  AND (state = $4 OR $4 = 0) ORDER BY delivery_id DESC LIMIT $3) d"
                          " WHERE project_id = $1 ORDER BY delivery_id DESC LIMIT $3"),
             project_id, before, limit, static_cast<int>(state.value_or(DeliveryState{0})))) {
      records.push_back(ReadRecord(row));
    }
    return absl::OkStatus();
  }));
  return records;
}

absl::StatusOr<bool> PostgresDeliveryStore::IsForksCommit(int64_t project_id,
                                                          const std::string& commit) {
  bool is_forks = false;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    is_forks = tx.exec_params1(
                     "SELECT coalesce(bool_and(ref LIKE 'refs/pull/%'), false)"
                     " FROM deliveries JOIN hooks USING (hook_id)"
                     " WHERE project_id = $1 AND commit = $2 AND request_key IS NOT NULL",
                     project_id, commit)[0]
                   .as<bool>();
    return absl::OkStatus();
  }));
  return is_forks;
}

absl::StatusOr<DeliveryRecord> PostgresDeliveryStore::GetDelivery(int64_t project_id,
                                                                  int64_t delivery_id) {
  DeliveryRecord record;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows =
        tx.exec_params(absl::StrCat("SELECT ", kRecordColumns,
                                    ", body FROM deliveries d JOIN hooks h USING (hook_id)"
                                    " WHERE project_id = $1 AND delivery_id = $2"),
                       project_id, delivery_id);
    if (rows.empty()) return absl::NotFoundError("no such delivery");
    record = ReadRecord(rows[0]);
    record.body = FromBytea(rows[0][14]);
    return absl::OkStatus();
  }));
  return record;
}

}  // namespace kozmic::project
