#include "services/auth/postgres_auth_store.h"

#include "lib/status/macros.h"

namespace kozmic::auth {
namespace {

std::string Timestamp(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%E6S+00", time, absl::UTCTimeZone());
}

// Of the columns user_id, github_id, login, display_name, avatar_url.
UserRecord ReadUser(const pqxx::row& row) {
  return {.user_id = row[0].as<int64_t>(),
          .profile = {.github_id = row[1].as<int64_t>(),
                      .login = row[2].as<std::string>(),
                      .display_name = row[3].as<std::string>(),
                      .avatar_url = row[4].as<std::string>()}};
}

}  // namespace

absl::Status PostgresAuthStore::UseState(const std::string& state_sha256, absl::Time expire_time,
                                         absl::Time now) {
  return pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    tx.exec_params0("DELETE FROM used_states WHERE expire_time < $1", Timestamp(now));
    tx.exec_params0("INSERT INTO used_states VALUES ($1, $2)", ToBytea(state_sha256),
                    Timestamp(expire_time));
    return absl::OkStatus();
  });
}

absl::StatusOr<UserRecord> PostgresAuthStore::SignIn(const Profile& profile,
                                                     const std::string& sealed_github_token,
                                                     const NewSession& session) {
  UserRecord user{.profile = profile};
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    const std::string now = Timestamp(session.create_time);
    user.user_id =
        tx.exec_params1(
              "INSERT INTO users (github_id, login, display_name, avatar_url, github_token,"
              " create_time, sign_in_time) VALUES ($1, $2, $3, $4, $5, $6, $6)"
              " ON CONFLICT (github_id) DO UPDATE SET login = excluded.login,"
              " display_name = excluded.display_name, avatar_url = excluded.avatar_url,"
              " github_token = excluded.github_token, sign_in_time = excluded.sign_in_time"
              " RETURNING user_id",
              profile.github_id, profile.login, profile.display_name, profile.avatar_url,
              sealed_github_token, now)[0]
            .as<int64_t>();
    tx.exec_params0("DELETE FROM sessions WHERE expire_time < $1", now);
    tx.exec_params0("INSERT INTO sessions VALUES ($1, $2, $3, $4)", ToBytea(session.token_sha256),
                    user.user_id, now, Timestamp(session.expire_time));
    return absl::OkStatus();
  }));
  return user;
}

absl::StatusOr<UserRecord> PostgresAuthStore::FindSession(const std::string& token_sha256,
                                                          absl::Time now) {
  UserRecord user;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows = tx.exec_params(
        "SELECT user_id, github_id, login, display_name, avatar_url FROM sessions JOIN users"
        " USING (user_id) WHERE token_sha256 = $1 AND expire_time > $2",
        ToBytea(token_sha256), Timestamp(now));
    if (rows.empty()) return absl::NotFoundError("no such session");
    user = ReadUser(rows[0]);
    return absl::OkStatus();
  }));
  return user;
}

absl::Status PostgresAuthStore::DeleteSession(const std::string& token_sha256) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0("DELETE FROM sessions WHERE token_sha256 = $1", ToBytea(token_sha256));
    return absl::OkStatus();
  });
}

absl::StatusOr<UserRecord> PostgresAuthStore::GetUser(int64_t user_id) {
  UserRecord user;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows = tx.exec_params(
        "SELECT user_id, github_id, login, display_name, avatar_url FROM users WHERE user_id = $1",
        user_id);
    if (rows.empty()) return absl::NotFoundError("no such user");
    user = ReadUser(rows[0]);
    return absl::OkStatus();
  }));
  return user;
}

absl::StatusOr<AuthStore::GithubToken> PostgresAuthStore::GetGithubToken(int64_t user_id) {
  GithubToken token;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows =
        tx.exec_params("SELECT github_id, github_token FROM users WHERE user_id = $1", user_id);
    if (rows.empty()) return absl::NotFoundError("no such user");
    token = {.github_id = rows[0][0].as<int64_t>(), .sealed = rows[0][1].as<std::string>()};
    return absl::OkStatus();
  }));
  return token;
}

}  // namespace kozmic::auth
