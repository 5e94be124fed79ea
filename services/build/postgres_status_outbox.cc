#include "services/build/postgres_status_outbox.h"

#include "absl/strings/str_cat.h"
#include "lib/postgres/prepared.h"
#include "lib/postgres/times.h"
#include "lib/status/macros.h"
#include "services/build/row_times.h"

namespace kozmic::build {
namespace {

// GitHub's answers may be long.
constexpr size_t kLongestError = 500;

// Longer than a process that was held still goes on unnoticed.
constexpr absl::Duration kLookAgain = absl::Minutes(10);

// Rows of "status_outbox o" that are to be posted, now or later.
constexpr char kOpen[] =
    "o.reported < o.wanted AND "
    "  (SELECT delete_time FROM projects p WHERE p.project_id = o.project_id) IS NULL";

class PostgresStatusOutbox final : public StatusOutbox {
 public:
  explicit PostgresStatusOutbox(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<StatusWish>> Claim(int limit, absl::Duration claim) override {
    std::vector<StatusWish> wishes;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      for (const auto& row : ExecPrepared(
               tx,
               absl::StrCat(
                   "WITH due AS (SELECT project_id, commit, context FROM status_outbox o WHERE ",
                   kOpen,
                   "  AND next_try_time <= now() "
                   "  AND (claim_expire_time IS NULL OR claim_expire_time <= now()) "
                   "  ORDER BY next_try_time LIMIT $1 FOR UPDATE OF o SKIP LOCKED) "
                   "UPDATE status_outbox o SET claim_expire_time = now() + $2::interval, "
                   "  stray_until = CASE WHEN o.claim_expire_time IS NULL THEN o.stray_until "
                   "    ELSE now() + $3::interval END FROM due "
                   "WHERE (o.project_id, o.commit, o.context) = "
                   "  (due.project_id, due.commit, due.context) "
                   "RETURNING o.project_id, o.commit, o.context, o.state, o.description, "
                   "o.target_url, "
                   "  o.wanted, o.failures, ",
                   Micros("o.claim_expire_time"),
                   ", (SELECT b.trace_id FROM builds b WHERE (b.project_id, b.commit) = "
                   "  (o.project_id, o.commit) ORDER BY b.number DESC LIMIT 1)"),
               limit, Interval(claim), Interval(kLookAgain))) {
        StatusWish& wish = wishes.emplace_back();
        wish.project = row[0].as<int64_t>();
        wish.commit = row[1].c_str();
        wish.context = row[2].c_str();
        wish.state = static_cast<v1::State>(row[3].as<int>());
        wish.description = row[4].c_str();
        wish.target_url = row[5].c_str();
        wish.wanted = row[6].as<int64_t>();
        wish.failures = row[7].as<int>();
        wish.claim_end = TimeFromMicros(row[8]);
        wish.trace_id = row[9].is_null() ? "" : row[9].c_str();
      }
      return absl::OkStatus();
    }));
    return wishes;
  }

  absl::StatusOr<absl::Duration> UntilNextDue() override {
    absl::Duration until = absl::InfiniteDuration();
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      const pqxx::row row = ExecPrepared(
          tx,
          absl::StrCat(
              "SELECT (extract(epoch from "
              "min(greatest(next_try_time, coalesce(claim_expire_time, next_try_time))) - now()) "
              "* 1000)::bigint FROM status_outbox o WHERE ",
              kOpen))[0];
      if (!row[0].is_null()) {
        until = std::max(absl::ZeroDuration(), absl::Milliseconds(row[0].as<int64_t>()));
      }
      return absl::OkStatus();
    }));
    return until;
  }

  absl::Status Done(const StatusWish& wish, absl::string_view error) override {
    return Answer(
        "reported = greatest(reported, $4), failures = 0, "
        "wanted = CASE WHEN stray_until > now() AND wanted = $4 THEN wanted + 1 ELSE wanted END, "
        "next_try_time = CASE WHEN stray_until > now() AND wanted = $4 THEN stray_until "
        "  ELSE next_try_time END ",
        wish, error);
  }

  absl::Status Failed(const StatusWish& wish, absl::string_view error,
                      absl::Duration wait) override {
    return Answer(
        "failures = CASE WHEN wanted = $4 THEN failures + 1 ELSE 0 END, "
        "next_try_time = CASE WHEN wanted = $4 THEN now() + $7::interval ELSE now() END ",
        wish, error, Interval(wait));
  }

 private:
  // `set` is for who still has the claim. Who lost it may have come after whoever has it now.
  template <typename... Parameters>
  absl::Status Answer(const char* set, const StatusWish& wish, absl::string_view error,
                      const Parameters&... parameters) {
    // One of the two statements has an effect. Should the answer of the first be lost, the second
    // at worst has the status told once more.
    return pool_.Autocommit([&](pqxx::nontransaction& tx) {
      const auto answered = ExecPrepared(
          tx,
          absl::StrCat("UPDATE status_outbox SET last_error = $6, claim_expire_time = NULL, ", set,
                       "WHERE project_id = $1 AND commit = $2 AND context = $3 "
                       "AND claim_expire_time = $5::timestamptz"),
          wish.project, wish.commit, wish.context, wish.wanted, Timestamp(wish.claim_end),
          std::string(error.substr(0, kLongestError)), parameters...);
      if (answered.affected_rows() > 0) return absl::OkStatus();
      ExecPrepared(tx,
                   "UPDATE status_outbox SET wanted = wanted + 1, next_try_time = now() "
                   "WHERE project_id = $1 AND commit = $2 AND context = $3",
                   wish.project, wish.commit, wish.context);
      return absl::OkStatus();
    });
  }

  PostgresPool& pool_;
};

}  // namespace

std::unique_ptr<StatusOutbox> NewPostgresStatusOutbox(PostgresPool& pool) {
  return std::make_unique<PostgresStatusOutbox>(pool);
}

}  // namespace kozmic::build
