#include "services/auth/postgres_github_token_store.h"

#include "lib/status/macros.h"

namespace kozmic::auth {
namespace {

// Of the columns user_id, github_id, github_token.
GithubTokenRecord ReadToken(const pqxx::row& row) {
  return {.user_id = row[0].as<int64_t>(),
          .github_id = row[1].as<int64_t>(),
          .sealed = row[2].as<std::string>()};
}

}  // namespace

absl::StatusOr<GithubTokenRecord> PostgresGithubTokenStore::Get(int64_t user_id) {
  GithubTokenRecord token;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows = tx.exec_params(
        "SELECT user_id, github_id, github_token FROM users"
        " WHERE user_id = $1 AND github_token IS NOT NULL",
        user_id);
    if (rows.empty()) return absl::NotFoundError("no GitHub token of this user is kept");
    token = ReadToken(rows[0]);
    return absl::OkStatus();
  }));
  return token;
}

absl::StatusOr<std::vector<GithubTokenRecord>> PostgresGithubTokenStore::List(int64_t after_user_id,
                                                                              int limit) {
  std::vector<GithubTokenRecord> tokens;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    tokens.clear();
    for (const pqxx::row& row : tx.exec_params(
             "SELECT user_id, github_id, github_token FROM users"
             " WHERE user_id > $1 AND github_token IS NOT NULL ORDER BY user_id LIMIT $2",
             after_user_id, limit)) {
      tokens.push_back(ReadToken(row));
    }
    return absl::OkStatus();
  }));
  return tokens;
}

absl::StatusOr<int> PostgresGithubTokenStore::Replace(const std::vector<Change>& changes) {
  int replaced = 0;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    replaced = 0;
    for (const Change& change : changes) {
      replaced += static_cast<int>(
          tx.exec_params(
                "UPDATE users SET github_token = $3 WHERE user_id = $1 AND github_token = $2",
                change.user_id, change.from, change.to)
              .affected_rows());
    }
    return absl::OkStatus();
  }));
  return replaced;
}

absl::StatusOr<bool> PostgresGithubTokenStore::Remove(int64_t user_id, const std::string& sealed) {
  bool removed = false;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    removed = tx.exec_params(
                    "UPDATE users SET github_token = NULL"
                    " WHERE user_id = $1 AND github_token = $2",
                    user_id, sealed)
                  .affected_rows() > 0;
    return absl::OkStatus();
  }));
  return removed;
}

}  // namespace kozmic::auth
