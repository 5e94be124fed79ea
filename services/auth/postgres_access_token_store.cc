#include "services/auth/postgres_access_token_store.h"

#include "absl/strings/str_cat.h"
#include "lib/postgres/times.h"
#include "lib/status/macros.h"
#include "services/auth/credential_use.h"
#include "services/auth/rows.h"

namespace kozmic::auth {
namespace {

std::string Columns() {
  return absl::StrCat("access_token_id, name, ", Micros("create_time"), ", ",
                      Micros("last_use_time"), ", ", Micros("expire_time"));
}

AccessTokenRecord ReadToken(const pqxx::row& row) {
  return {.access_token_id = row[0].as<int64_t>(),
          .name = row[1].as<std::string>(),
          .create_time = TimeFromMicros(row[2]),
          .last_use_time = OptionalTime(row[3]),
          .expire_time = OptionalTime(row[4])};
}

}  // namespace

absl::StatusOr<AccessTokenRecord> PostgresAccessTokenStore::Create(int64_t user_id,
                                                                   const NewAccessToken& token) {
  AccessTokenRecord created;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    // Locked, so that of two at once the second counts the first.
    if (tx.exec_params("SELECT FROM users WHERE user_id = $1 FOR NO KEY UPDATE", user_id).empty()) {
      return absl::NotFoundError("no such user");
    }
    const int count =
        tx.exec_params1("SELECT count(*) FROM access_tokens WHERE user_id = $1", user_id)[0]
            .as<int>();
    if (count >= kMostAccessTokens) {
      return absl::ResourceExhaustedError("the user has as many access tokens as one may have");
    }
    const std::string expire_time = token.expire_time ? Timestamp(*token.expire_time) : "";
    created = ReadToken(tx.exec_params1(
        absl::StrCat("INSERT INTO access_tokens (token_sha256, user_id, name, create_time,"
                     " expire_time) VALUES ($1, $2, $3, $4, nullif($5, '')::timestamptz)"
                     " RETURNING ",
                     Columns()),
        ToBytea(token.token_sha256), user_id, token.name, Timestamp(token.create_time),
        expire_time));
    return absl::OkStatus();
  }));
  return created;
}

absl::StatusOr<UserRecord> PostgresAccessTokenStore::FindUser(const std::string& token_sha256,
                                                              absl::Time now) {
  UserRecord user;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("WITH used AS (UPDATE access_tokens SET last_use_time = $2"
                     " WHERE token_sha256 = $1 AND (expire_time > $2 OR expire_time IS NULL)"
                     " AND (last_use_time <= $3 OR last_use_time IS NULL))"
                     " SELECT ",
                     kUserColumns,
                     " FROM access_tokens JOIN users USING (user_id)"
                     " WHERE token_sha256 = $1 AND (expire_time > $2 OR expire_time IS NULL)"),
        ToBytea(token_sha256), Timestamp(now), Timestamp(now - kUseExactness));
    if (rows.empty()) return absl::NotFoundError("no such access token");
    user = ReadUser(rows[0]);
    return absl::OkStatus();
  }));
  return user;
}

absl::StatusOr<std::vector<AccessTokenRecord>> PostgresAccessTokenStore::List(int64_t user_id) {
  std::vector<AccessTokenRecord> tokens;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    tokens.clear();
    for (const pqxx::row& row :
         tx.exec_params(absl::StrCat("SELECT ", Columns(),
                                     " FROM access_tokens WHERE user_id = $1"
                                     " ORDER BY create_time DESC, access_token_id DESC"),
                        user_id)) {
      tokens.push_back(ReadToken(row));
    }
    return absl::OkStatus();
  }));
  return tokens;
}

absl::Status PostgresAccessTokenStore::Delete(int64_t user_id, int64_t access_token_id) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result deleted =
        tx.exec_params("DELETE FROM access_tokens WHERE user_id = $1 AND access_token_id = $2",
                       user_id, access_token_id);
    if (deleted.affected_rows() == 0) return absl::NotFoundError("no such access token");
    return absl::OkStatus();
  });
}

}  // namespace kozmic::auth
