#include "services/project/webhooks/postgres_delivery_store.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/postgres/array.h"
#include "lib/postgres/prepared.h"
#include "lib/postgres/times.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/hooks/hook_rows.h"

namespace kozmic::project {
namespace {

// Of pg_advisory_xact_lock, for who claims deliveries.
constexpr int64_t kClaimLock = 0x6b6f7a6d6963;

// Of the deliveries that are claimed together, but for the last one.
constexpr int64_t kMostBytes = 16 << 20;

// Of several deliveries at once, in their order. `asked`: the requests to build this ref and commit
// that the project knows of. `joined`: the one that the delivery belongs to, if any. A request that
// no push told of yet (a pull request was opened) is also joined by the push, unless the ref was
// asked to be built elsewhere since. Deliveries of one push that come at once need not see each
// other: each arrives at the same key.
constexpr char kAddDeliveries[] = R"(
INSERT INTO deliveries (hook_id, guid, event, body, body_sha256, state, outcome, ref, commit,
                        before, source, action, stored_event, request_key)
SELECT hook_id, guid, event, substring($1::bytea FROM start::integer FOR length::integer),
       decode(body_sha256, 'hex'), state, outcome, nullif(ref, ''), commit, before, source, action,
       nullif(stored_event, ''), CASE WHEN ref <> '' THEN (
  WITH own AS MATERIALIZED (
    SELECT delivery_id, d.hook_id, d.commit, d.before, d.source, d.request_key
    FROM hooks this JOIN hooks h USING (project_id) JOIN deliveries d ON d.hook_id = h.hook_id
    WHERE this.hook_id = n.hook_id AND d.ref = n.ref AND d.commit = n.commit
    AND d.request_key IS NOT NULL),
  asked AS MATERIALIZED (
    SELECT request_key, max(delivery_id) AS newest, max(own.before) AS before,
           bool_or(own.hook_id = n.hook_id AND own.source = n.source AND own.before = n.before)
             AS told
    FROM own GROUP BY request_key),
  joined AS (
    SELECT request_key FROM asked
    WHERE n.before = '' OR NOT told AND (asked.before = n.before OR asked.before = '' AND NOT EXISTS
        (SELECT FROM hooks this JOIN hooks h USING (project_id) JOIN deliveries d
            ON d.hook_id = h.hook_id
         WHERE this.hook_id = n.hook_id AND d.ref = n.ref AND d.commit <> n.commit
         AND d.request_key IS NOT NULL AND d.delivery_id > newest))
    ORDER BY newest DESC LIMIT 1)
  SELECT coalesce((SELECT request_key FROM joined),
    (SELECT n.before || CASE WHEN count(*) > 0 THEN '/' || count(*) ELSE '' END
     FROM asked WHERE asked.before = n.before))) END
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[],
            $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
            $14::text[], $15::text[])
  WITH ORDINALITY n(start, length, body_sha256, hook_id, guid, event, state, outcome, ref, commit,
                    before, source, action, stored_event, number)
ORDER BY number ON CONFLICT DO NOTHING RETURNING hook_id, guid)";

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

std::vector<absl::StatusOr<HookKey>> PostgresDeliveryStore::GetHookKeys(
    const std::vector<int64_t>& hook_ids) {
  std::map<int64_t, HookKey> found;
  const absl::Status status = pool_.Autocommit([&](pqxx::nontransaction& tx) {
    found.clear();
    for (const pqxx::row& row :
         ExecPrepared(tx,
                      "SELECT project_id, repository_id, secret, github_hook_id, hook_id"
                      " FROM hooks JOIN projects USING (project_id)"
                      " WHERE hook_id = ANY($1::bigint[]) AND remove_time IS NULL AND state = 2",
                      ToArray(hook_ids))) {
      HookKey& key = found[row[4].as<int64_t>()];
      key = {.project_id = row[0].as<int64_t>(),
             .repository_id = row[1].as<int64_t>(),
             .sealed_secret = row[2].as<std::string>(),
             .github_hook_id = {}};
      if (!row[3].is_null()) key.github_hook_id = row[3].as<int64_t>();
    }
    return absl::OkStatus();
  });
  std::vector<absl::StatusOr<HookKey>> keys;
  for (const int64_t hook_id : hook_ids) {
    const auto key = found.find(hook_id);
    if (!status.ok()) {
      keys.emplace_back(status);
    } else if (key == found.end()) {
      keys.emplace_back(absl::NotFoundError("no such hook"));
    } else {
      keys.emplace_back(key->second);
    }
  }
  return keys;
}

absl::Status PostgresDeliveryStore::FinishHook(int64_t hook_id, int64_t github_hook_id) {
  return pool_.Transact([&](pqxx::work& tx) {
    MarkMade(tx, hook_id, github_hook_id, /*unknown_only=*/true);
    return absl::OkStatus();
  });
}

std::vector<absl::StatusOr<bool>> PostgresDeliveryStore::AddDeliveries(
    const std::vector<NewDelivery>& deliveries) {
  auto answers = AddAll(deliveries);
  for (size_t i = 0; i < deliveries.size(); ++i) {
    if (!answers[i].ok() || *answers[i]) continue;
    const absl::Status counted = CountReceipt(deliveries[i]);
    if (!counted.ok()) answers[i] = counted;
  }
  return answers;
}

absl::Status PostgresDeliveryStore::CountReceipt(const NewDelivery& repeat) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0(kCountReceipt, repeat.hook_id, repeat.guid, ToBytea(Sha256(repeat.body)));
    return absl::OkStatus();
  });
}

std::vector<absl::StatusOr<bool>> PostgresDeliveryStore::AddAll(
    const std::vector<NewDelivery>& deliveries) {
  std::multiset<std::pair<int64_t, std::string>> added;
  const absl::Status status = Insert(deliveries, added);
  std::vector<absl::StatusOr<bool>> answers;
  if (!status.ok() && !IsRetryable(status) && deliveries.size() > 1) {
    // One that the database refuses does not harm the others.
    for (const NewDelivery& delivery : deliveries) answers.push_back(AddAll({delivery}).front());
    return answers;
  }
  for (const NewDelivery& delivery : deliveries) {
    if (!status.ok()) {
      answers.emplace_back(status);
      continue;
    }
    // Of repeats that come together, the first is kept.
    const auto one = added.find({delivery.hook_id, delivery.guid});
    answers.emplace_back(one != added.end());
    if (one != added.end()) added.erase(one);
  }
  return answers;
}

absl::Status PostgresDeliveryStore::Insert(const std::vector<NewDelivery>& deliveries,
                                           std::multiset<std::pair<int64_t, std::string>>& added) {
  // The bodies are one parameter, in binary; of arrays, only texts are.
  std::string bodies;
  std::vector<int64_t> starts, lengths, hooks, states;
  std::vector<std::string> digests, guids, events, outcomes, refs, commits, befores, sources,
      actions, stored_events;
  for (const NewDelivery& delivery : deliveries) {
    starts.push_back(static_cast<int64_t>(bodies.size()) + 1);
    lengths.push_back(static_cast<int64_t>(delivery.body.size()));
    absl::StrAppend(&bodies, delivery.body);
    digests.push_back(Sha256Hex(delivery.body));
    hooks.push_back(delivery.hook_id);
    guids.push_back(delivery.guid);
    events.push_back(delivery.event);
    states.push_back(static_cast<int64_t>(delivery.state));
    outcomes.push_back(delivery.outcome);
    refs.push_back(delivery.ref);
    commits.push_back(delivery.commit);
    befores.push_back(delivery.before);
    sources.push_back(delivery.source);
    actions.push_back(delivery.action);
    stored_events.push_back(delivery.stored_event);
  }
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    added.clear();
    for (const pqxx::row& row : ExecPrepared(
             tx, kAddDeliveries, ToBytea(bodies), ToArray(starts), ToArray(lengths),
             ToArray(digests), ToArray(hooks), ToArray(guids), ToArray(events), ToArray(states),
             ToArray(outcomes), ToArray(refs), ToArray(commits), ToArray(befores), ToArray(sources),
             ToArray(actions), ToArray(stored_events))) {
      added.emplace(row[0].as<int64_t>(), row[1].as<std::string>());
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<WaitingDelivery>> PostgresDeliveryStore::ClaimDeliveries(
    int limit, absl::Duration claim) {
  std::vector<WaitingDelivery> claimed;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    claimed.clear();
    // A claim need not survive a crash of the database (the delivery is then dispatched again, to
    // no further effect), so it does not wait for the disk: that would delay every build.
    // One process at a time: what others claim is to be seen as claimed.
    ExecPrepared(tx,
                 "SELECT set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock($1)",
                 kClaimLock);
    for (const pqxx::row& row : ExecPrepared(
             tx,
             "WITH held AS MATERIALIZED ("
             "  SELECT project_id, ref, min(delivery_id) AS first FROM deliveries JOIN hooks"
             "  USING (hook_id) WHERE deliveries.state = 1 AND next_try > now() AND outcome = ''"
             "  GROUP BY project_id, ref),"
             " due AS MATERIALIZED ("
             "  SELECT delivery_id FROM deliveries d JOIN hooks h USING (hook_id)"
             "  WHERE d.state = 1 AND next_try <= now() AND NOT EXISTS (SELECT FROM held"
             "    WHERE held.project_id = h.project_id AND held.ref = d.ref AND first < "
             "delivery_id)"
             "  ORDER BY delivery_id LIMIT $2 FOR UPDATE OF d SKIP LOCKED),"
             " fitting AS MATERIALIZED ("
             "  SELECT delivery_id, sum(bytes) OVER (ORDER BY delivery_id) - bytes AS bytes_before"
             "  FROM (SELECT delivery_id, coalesce(octet_length(stored_event), octet_length(body))"
             "    AS bytes FROM deliveries JOIN due USING (delivery_id)) sizes)"
             " UPDATE deliveries d SET attempts = attempts + 1, next_try = now() + $1::interval"
             " FROM fitting, hooks h, projects p"
             " WHERE d.delivery_id = fitting.delivery_id AND bytes_before < $3 AND h.hook_id = "
             "d.hook_id"
             " AND p.project_id = h.project_id"
             " RETURNING d.delivery_id, p.project_id, p.repository, p.url, d.event,"
             " CASE WHEN stored_event IS NULL THEN d.body ELSE '' END,"
             " d.attempts, coalesce(d.request_key, ''), p.private, coalesce(d.ref, ''),"
             " coalesce(stored_event, ''), d.guid",
             Interval(claim), limit, kMostBytes)) {
      claimed.push_back({.delivery_id = row[0].as<int64_t>(),
                         .guid = row[11].as<std::string>(),
                         .project_id = row[1].as<int64_t>(),
                         .repository = row[2].as<std::string>(),
                         .project_url = row[3].as<std::string>(),
                         .is_private = row[8].as<bool>(),
                         .ref = row[9].as<std::string>(),
                         .event = row[4].as<std::string>(),
                         .stored_event = row[10].as<std::string>(),
                         .body = FromBytea(row[5]),
                         .request_key = row[7].as<std::string>(),
                         .attempts = row[6].as<int>()});
    }
    return absl::OkStatus();
  }));
  std::sort(claimed.begin(), claimed.end(),
            [](const auto& a, const auto& b) { return a.delivery_id < b.delivery_id; });
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

absl::Status PostgresDeliveryStore::SettleDeliveries(const std::vector<SettledDelivery>& settled) {
  std::vector<int64_t> ids, states;
  std::vector<std::string> outcomes, builds;
  for (const SettledDelivery& one : settled) {
    ids.push_back(one.delivery_id);
    states.push_back(static_cast<int64_t>(one.state));
    outcomes.push_back(one.outcome);
    builds.push_back(ToArray(one.builds));
  }
  return pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    ExecPrepared(tx,
                 "UPDATE deliveries d SET state = n.state, outcome = n.outcome,"
                 " builds = n.builds::bigint[] FROM unnest($1::bigint[], $2::bigint[], $3::text[],"
                 " $4::text[]) AS n(delivery_id, state, outcome, builds)"
                 " WHERE d.delivery_id = n.delivery_id AND d.state = 1",
                 ToArray(ids), ToArray(states), ToArray(outcomes), ToArray(builds));
    return absl::OkStatus();
  });
}

absl::Status PostgresDeliveryStore::RetryDeliveries(const std::vector<RetriedDelivery>& retried) {
  std::vector<int64_t> ids;
  std::vector<std::string> delays, outcomes;
  for (const RetriedDelivery& one : retried) {
    ids.push_back(one.delivery_id);
    delays.push_back(Interval(one.delay));
    outcomes.push_back(one.outcome);
  }
  return pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    ExecPrepared(tx,
                 "UPDATE deliveries d SET next_try = now() + n.delay::interval,"
                 " outcome = n.outcome FROM unnest($1::bigint[], $2::text[], $3::text[])"
                 " AS n(delivery_id, delay, outcome)"
                 " WHERE d.delivery_id = n.delivery_id AND d.state = 1",
                 ToArray(ids), ToArray(delays), ToArray(outcomes));
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
