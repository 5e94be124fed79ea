#include "services/build/notify/postgres_notice_outbox.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/postgres/prepared.h"
#include "lib/postgres/times.h"
#include "lib/status/macros.h"

namespace kozmic::build {
namespace {

// Answers of other servers may be long.
constexpr size_t kLongestError = 500;

// Of "messages m" that are to be sent to a kind of receiver, now or later.
std::string OpenMessages(Receiver receiver) {
  return absl::StrCat(
      "messages m JOIN projects p ON p.project_id = m.project_id "
      "LEFT JOIN notification_hooks h ON h.notification_hook_id = m.notification_hook_id "
      "WHERE m.end_time IS NULL AND p.delete_time IS NULL AND ",
      receiver == Receiver::kMail ? "m.notification_hook_id = 0"
                                  : "h.notification_hook_id IS NOT NULL");
}

// Makes messages of notices. Of a build's notices that come together the newest counts. The hooks
// are locked so that none is removed before its messages are there to be removed too.
constexpr char kFanOut[] =
    "WITH due AS (SELECT q.project_id, q.build_number, q.generation, q.state "
    "  FROM notices q WHERE NOT q.told AND "
    "    (SELECT delete_time FROM projects p WHERE p.project_id = q.project_id) IS NULL "
    "  ORDER BY q.create_time LIMIT $1 FOR UPDATE OF q SKIP LOCKED), "
    "taken AS (UPDATE notices n SET told = true FROM due "
    "  WHERE (n.project_id, n.build_number, n.generation, n.state) = "
    "    (due.project_id, due.build_number, due.generation, due.state) "
    "  RETURNING n.project_id, n.build_number, n.generation, n.state, n.create_time), "
    "newest AS (SELECT DISTINCT ON (project_id, build_number) * FROM taken "
    "  ORDER BY project_id, build_number, generation DESC, create_time, state), "
    "hooks AS (SELECT n.project_id, n.build_number, h.notification_hook_id, n.generation, n.state "
    "  FROM newest n JOIN notification_hooks h ON h.project_id = n.project_id "
    "  FOR KEY SHARE OF h), "
    "mails AS (SELECT n.project_id, n.build_number, 0::bigint, n.generation, n.state "
    "  FROM newest n JOIN projects p ON p.project_id = n.project_id "
    "  WHERE $2 AND p.mail AND n.state IN ($3, $4) AND NOT EXISTS (SELECT FROM notices newer "
    "    WHERE (newer.project_id, newer.build_number) = (n.project_id, n.build_number) "
    "    AND newer.generation > n.generation)), "
    "made AS (INSERT INTO messages AS old "
    "  (project_id, build_number, notification_hook_id, generation, state) "
    "  SELECT * FROM hooks UNION ALL SELECT * FROM mails "
    "  ON CONFLICT (project_id, build_number, notification_hook_id) DO UPDATE "
    "  SET generation = excluded.generation, state = excluded.state, queue_time = now(), "
    "    next_try_time = now(), failures = 0, last_error = '', end_time = NULL, sent = false "
    "  WHERE excluded.generation > old.generation), "
    // What is not worth a mail takes back an older one.
    "outdated AS (UPDATE messages m SET end_time = now(), "
    "  last_error = 'the build has a newer verdict' FROM newest n "
    "  WHERE (m.project_id, m.build_number) = (n.project_id, n.build_number) "
    "  AND m.notification_hook_id = 0 AND m.generation < n.generation AND m.end_time IS NULL "
    "  AND NOT EXISTS (SELECT FROM mails s "
    "    WHERE (s.project_id, s.build_number) = (n.project_id, n.build_number))) "
    "SELECT count(*) FROM taken";

Message ReadMessage(const pqxx::row& row) {
  return {.project = row["project_id"].as<int64_t>(),
          .build_number = row["build_number"].as<int64_t>(),
          .generation = row["generation"].as<int>(),
          .state = static_cast<v1::State>(row["state"].as<int>()),
          .job_title = row["job_title"].c_str(),
          .time = TimeFromMicros(row["time"]),
          .repository = row["repository"].c_str(),
          .ref = row["ref"].c_str(),
          .commit = row["commit"].c_str(),
          .hook = row["notification_hook_id"].as<int64_t>(),
          .url = row["url"].c_str(),
          .sealed_secret = row["secret"].c_str(),
          .failures = row["failures"].as<int>(),
          .hook_failures = row["hook_failures"].as<int>(),
          .claim = row["claim"].as<int64_t>()};
}

class PostgresNoticeOutbox final : public NoticeOutbox {
 public:
  explicit PostgresNoticeOutbox(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<int> FanOut(int limit, bool mail) override {
    int taken = 0;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      taken = ExecPrepared(tx, kFanOut, limit, mail, static_cast<int>(v1::STATE_FAILURE),
                           static_cast<int>(v1::STATE_ERROR))[0][0]
                  .as<int>();
      return absl::OkStatus();
    }));
    return taken;
  }

  absl::StatusOr<std::optional<Message>> Claim(Receiver receiver, absl::Duration claim) override {
    std::optional<Message> message;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      const pqxx::result rows = ExecPrepared(
          tx,
          absl::StrCat(
              "WITH due AS (SELECT m.project_id, m.build_number, m.notification_hook_id, "
              "    m.generation, m.state, coalesce(h.url, '') AS url, "
              "    coalesce(h.secret, '') AS secret, coalesce(h.failures, 0) AS hook_failures "
              "  FROM ",
              OpenMessages(receiver),
              "  AND m.next_try_time <= now() "
              "  AND (m.claim_expire_time IS NULL OR m.claim_expire_time <= now()) "
              "  AND (h.pause_time IS NULL OR h.pause_time <= now()) "
              // One that is slow keeps one thread, not all.
              "  AND (h.notification_hook_id IS NULL OR NOT EXISTS (SELECT FROM messages o "
              "    WHERE o.notification_hook_id = h.notification_hook_id AND o.end_time IS NULL "
              "    AND o.claim_expire_time > now())) "
              "  ORDER BY m.next_try_time LIMIT 1 FOR UPDATE OF m SKIP LOCKED) "
              "UPDATE messages m "
              "SET claim_expire_time = now() + $1::interval, claim = m.claim + 1 "
              "FROM due JOIN notices n "
              "  ON (n.project_id, n.build_number, n.generation, n.state) = "
              "    (due.project_id, due.build_number, due.generation, due.state) "
              "JOIN builds b ON (b.project_id, b.number) = (due.project_id, due.build_number) "
              "WHERE (m.project_id, m.build_number, m.notification_hook_id) = "
              "  (due.project_id, due.build_number, due.notification_hook_id) "
              "RETURNING m.project_id, m.build_number, m.generation, m.state, n.job_title, "
              "  (extract(epoch FROM n.create_time) * 1000000)::bigint AS time, "
              "  b.repository, b.ref, b.commit, m.notification_hook_id, due.url, due.secret, "
              "  m.failures, due.hook_failures, m.claim"),
          Interval(claim));
      if (!rows.empty()) message = ReadMessage(rows[0]);
      return absl::OkStatus();
    }));
    return message;
  }

  absl::StatusOr<absl::Duration> UntilNextDue(Receiver receiver) override {
    absl::Duration until = absl::InfiniteDuration();
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      const pqxx::row row = ExecPrepared(
          tx,
          absl::StrCat("SELECT (extract(epoch FROM "
                       "min(greatest(m.next_try_time, m.claim_expire_time, h.pause_time)) - now()) "
                       "* 1000)::bigint FROM ",
                       OpenMessages(receiver)))[0];
      if (!row[0].is_null()) {
        until = std::max(absl::ZeroDuration(), absl::Milliseconds(row[0].as<int64_t>()));
      }
      return absl::OkStatus();
    }));
    return until;
  }

  absl::Status Sent(const Message& message, absl::string_view result) override {
    return End(message, true, result);
  }

  absl::Status GiveUp(const Message& message, absl::string_view error) override {
    return End(message, false, error);
  }

  absl::Status Failed(const Message& message, absl::string_view error, absl::Duration wait,
                      absl::Duration pause, absl::Duration patience) override {
    return pool_.Autocommit([&](pqxx::nontransaction& tx) {
      ExecPrepared(
          tx,
          "WITH tried AS (UPDATE messages SET claim_expire_time = NULL, "
          "    last_error = CASE WHEN generation = $4 THEN $6 ELSE last_error END, "
          "    failures = CASE WHEN generation = $4 THEN failures + 1 ELSE failures END, "
          "    next_try_time = CASE WHEN generation = $4 "
          "      THEN least(now() + $7::interval, greatest(now(), queue_time + $9::interval)) "
          "      ELSE next_try_time END, "
          "    end_time = CASE WHEN generation = $4 AND queue_time + $9::interval <= now() "
          "      THEN now() ELSE end_time END "
          "  WHERE (project_id, build_number, notification_hook_id) = ($1, $2, $3) "
          "  AND claim = $5 RETURNING build_number, end_time), "
          "others AS (UPDATE messages m SET end_time = now(), last_error = $6 FROM tried "
          "  WHERE m.notification_hook_id = $3 AND m.end_time IS NULL "
          "  AND m.queue_time + $9::interval <= now() "
          "  AND (m.claim_expire_time IS NULL OR m.claim_expire_time <= now()) "
          "  AND (m.project_id, m.build_number) <> ($1, $2)) "
          "UPDATE notification_hooks h SET failures = h.failures + 1, "
          "  pause_time = now() + $8::interval, "
          "  last_time = CASE WHEN tried.end_time IS NULL THEN h.last_time ELSE now() END, "
          "  last_result = CASE WHEN tried.end_time IS NULL THEN h.last_result ELSE $6 END "
          "FROM tried WHERE h.notification_hook_id = $3",
          message.project, message.build_number, message.hook, message.generation, message.claim,
          std::string(error.substr(0, kLongestError)), Interval(wait), Interval(pause),
          Interval(patience));
      return absl::OkStatus();
    });
  }

  absl::StatusOr<int> Prune(absl::Duration age, int limit) override {
    int pruned = 0;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      pruned = static_cast<int>(
          ExecPrepared(
              tx,
              "WITH old AS (SELECT project_id, build_number, generation, state FROM notices "
              "  WHERE told AND create_time < now() - $1::interval "
              "  ORDER BY create_time LIMIT $2 FOR UPDATE SKIP LOCKED) "
              "DELETE FROM notices n USING old "
              "WHERE (n.project_id, n.build_number, n.generation, n.state) = "
              "  (old.project_id, old.build_number, old.generation, old.state)",
              Interval(age), limit)
              .affected_rows());
      return absl::OkStatus();
    }));
    return pruned;
  }

 private:
  absl::Status End(const Message& message, bool sent, absl::string_view result) {
    return pool_.Autocommit([&](pqxx::nontransaction& tx) {
      ExecPrepared(tx,
                   "WITH ended AS (UPDATE messages SET claim_expire_time = NULL, "
                   "    end_time = CASE WHEN generation = $4 THEN now() ELSE end_time END, "
                   "    sent = CASE WHEN generation = $4 THEN $6 ELSE sent END, "
                   "    last_error = CASE WHEN generation <> $4 THEN last_error "
                   "      WHEN $6 THEN '' ELSE $7 END "
                   "  WHERE (project_id, build_number, notification_hook_id) = ($1, $2, $3) "
                   "  AND claim = $5 RETURNING build_number) "
                   "UPDATE notification_hooks h SET last_time = now(), last_result = $7, "
                   "  failures = CASE WHEN $6 THEN 0 ELSE h.failures END, "
                   "  pause_time = CASE WHEN $6 THEN NULL ELSE h.pause_time END "
                   "FROM ended WHERE h.notification_hook_id = $3",
                   message.project, message.build_number, message.hook, message.generation,
                   message.claim, sent, std::string(result.substr(0, kLongestError)));
      return absl::OkStatus();
    });
  }

  PostgresPool& pool_;
};

}  // namespace

std::unique_ptr<NoticeOutbox> NewPostgresNoticeOutbox(PostgresPool& pool) {
  return std::make_unique<PostgresNoticeOutbox>(pool);
}

}  // namespace kozmic::build
