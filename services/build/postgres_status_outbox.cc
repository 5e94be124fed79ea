#include "services/build/postgres_status_outbox.h"

#include "absl/strings/str_cat.h"
#include "lib/status/macros.h"

namespace kozmic::build {
namespace {

std::string Interval(absl::Duration duration) {
  return absl::StrCat(absl::ToInt64Milliseconds(duration), " milliseconds");
}

// GitHub's answers may be long.
constexpr size_t kLongestError = 500;

// Rows of "status_outbox o" that are to be posted, now or later.
constexpr char kOpen[] =
    "o.reported < o.wanted AND EXISTS (SELECT FROM projects p "
    "  WHERE p.project_id = o.project_id AND p.delete_time IS NULL)";

class PostgresStatusOutbox final : public StatusOutbox {
 public:
  explicit PostgresStatusOutbox(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<StatusWish>> Claim(int limit, absl::Duration claim) override {
    std::vector<StatusWish> wishes;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      for (const auto& row : tx.exec_params(
               absl::StrCat(
                   "WITH due AS (SELECT project_id, commit, context FROM status_outbox o WHERE ",
                   kOpen,
                   "  AND next_try_time <= now() "
                   "  AND (claim_expire_time IS NULL OR claim_expire_time <= now()) "
                   "  ORDER BY next_try_time LIMIT $1 FOR UPDATE OF o SKIP LOCKED) "
                   "UPDATE status_outbox o SET claim_expire_time = now() + $2::interval, "
                   "  claim = o.claim + 1 FROM due "
                   "WHERE (o.project_id, o.commit, o.context) = "
                   "  (due.project_id, due.commit, due.context) "
                   "RETURNING o.project_id, o.commit, o.context, o.state, o.description, "
                   "o.target_url, "
                   "  o.wanted, o.failures, o.claim"),
               limit, Interval(claim))) {
        StatusWish& wish = wishes.emplace_back();
        wish.project = row[0].as<int64_t>();
        wish.commit = row[1].c_str();
        wish.context = row[2].c_str();
        wish.state = static_cast<v1::State>(row[3].as<int>());
        wish.description = row[4].c_str();
        wish.target_url = row[5].c_str();
        wish.wanted = row[6].as<int64_t>();
        wish.failures = row[7].as<int>();
        wish.claim = row[8].as<int64_t>();
      }
      return absl::OkStatus();
    }));
    return wishes;
  }

  absl::StatusOr<absl::Duration> UntilNextDue() override {
    absl::Duration until = absl::InfiniteDuration();
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      const pqxx::row row = tx.exec1(absl::StrCat(
          "SELECT (extract(epoch from "
          "min(greatest(next_try_time, coalesce(claim_expire_time, next_try_time))) - now()) "
          "* 1000)::bigint FROM status_outbox o WHERE ",
          kOpen));
      if (!row[0].is_null()) {
        until = std::max(absl::ZeroDuration(), absl::Milliseconds(row[0].as<int64_t>()));
      }
      return absl::OkStatus();
    }));
    return until;
  }

  absl::Status Done(const StatusWish& wish, absl::string_view error) override {
    return pool_.Autocommit([&](pqxx::nontransaction& tx) {
      const pqxx::result done = tx.exec_params(
          "UPDATE status_outbox SET reported = greatest(reported, $4), failures = 0, "
          "last_error = $5, claim_expire_time = NULL "
          "WHERE project_id = $1 AND commit = $2 AND context = $3 AND claim = $6",
          wish.project, wish.commit, wish.context, wish.wanted,
          std::string(error.substr(0, kLongestError)), wish.claim);
      if (done.affected_rows() == 0) WishAgain(tx, wish);
      return absl::OkStatus();
    });
  }

  absl::Status Failed(const StatusWish& wish, absl::string_view error,
                      absl::Duration wait) override {
    return pool_.Autocommit([&](pqxx::nontransaction& tx) {
      const pqxx::result failed = tx.exec_params(
          "UPDATE status_outbox SET last_error = $5, claim_expire_time = NULL, "
          "failures = CASE WHEN wanted = $4 THEN failures + 1 ELSE 0 END, "
          "next_try_time = CASE WHEN wanted = $4 THEN now() + $6::interval ELSE now() END "
          "WHERE project_id = $1 AND commit = $2 AND context = $3 AND claim = $7",
          wish.project, wish.commit, wish.context, wish.wanted,
          std::string(error.substr(0, kLongestError)), Interval(wait), wish.claim);
      if (failed.affected_rows() == 0) WishAgain(tx, wish);
      return absl::OkStatus();
    });
  }

 private:
  static void WishAgain(pqxx::nontransaction& tx, const StatusWish& wish) {
    tx.exec_params0(
        "UPDATE status_outbox SET wanted = wanted + 1, next_try_time = now() "
        "WHERE project_id = $1 AND commit = $2 AND context = $3",
        wish.project, wish.commit, wish.context);
  }

  PostgresPool& pool_;
};

}  // namespace

std::unique_ptr<StatusOutbox> NewPostgresStatusOutbox(PostgresPool& pool) {
  return std::make_unique<PostgresStatusOutbox>(pool);
}

}  // namespace kozmic::build
