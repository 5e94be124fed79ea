#include "services/auth/postgres_auth_store.h"

#include "absl/strings/str_cat.h"
#include "lib/postgres/array.h"
#include "lib/postgres/times.h"
#include "lib/status/macros.h"
#include "services/auth/credential_use.h"
#include "services/auth/rows.h"

namespace kozmic::auth {
namespace {

absl::Status NoSuchUser() { return absl::NotFoundError("no such user"); }

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
                                                     const NewSession& session,
                                                     const std::string& ended_token_sha256) {
  UserRecord user;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    const std::string now = Timestamp(session.create_time);
    user = ReadUser(tx.exec_params1(
        absl::StrCat("INSERT INTO users (github_id, login, display_name, avatar_url, github_token,"
                     " create_time, sign_in_time) VALUES ($1, $2, $3, $4, $5, $6, $6)"
                     " ON CONFLICT (github_id) DO UPDATE SET login = excluded.login,"
                     " display_name = excluded.display_name, avatar_url = excluded.avatar_url,"
                     " github_token = excluded.github_token, sign_in_time = excluded.sign_in_time"
                     " RETURNING ",
                     kUserColumns),
        profile.github_id, profile.login, profile.display_name, profile.avatar_url,
        sealed_github_token, now));
    tx.exec_params0("DELETE FROM sessions WHERE expire_time < $1 OR token_sha256 = $2", now,
                    ToBytea(ended_token_sha256));
    tx.exec_params0(
        "INSERT INTO sessions (token_sha256, user_id, user_agent, create_time, last_use_time,"
        " expire_time) VALUES ($1, $2, $3, $4, $4, $5)",
        ToBytea(session.token_sha256), user.user_id, session.user_agent, now,
        Timestamp(session.expire_time));
    tx.exec_params0(
        "DELETE FROM sessions WHERE session_id IN (SELECT session_id FROM sessions"
        " WHERE user_id = $1 ORDER BY last_use_time DESC, session_id DESC OFFSET $2)",
        user.user_id, kMostSessions);
    return absl::OkStatus();
  }));
  return user;
}

absl::StatusOr<UserRecord> PostgresAuthStore::GetUser(int64_t user_id) {
  UserRecord user;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("SELECT ", kUserColumns, " FROM users WHERE user_id = $1"), user_id);
    if (rows.empty()) return NoSuchUser();
    user = ReadUser(rows[0]);
    return absl::OkStatus();
  }));
  return user;
}

absl::StatusOr<std::vector<UserRecord>> PostgresAuthStore::FindUsers(
    const std::vector<int64_t>& user_ids, const std::vector<int64_t>& github_ids) {
  std::vector<UserRecord> users;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    users.clear();
    for (const pqxx::row& row :
         tx.exec_params(absl::StrCat("SELECT ", kUserColumns,
                                     " FROM users WHERE user_id = ANY ($1::bigint[])"
                                     " OR github_id = ANY ($2::bigint[])"),
                        ToArray(user_ids), ToArray(github_ids))) {
      users.push_back(ReadUser(row));
    }
    return absl::OkStatus();
  }));
  return users;
}

absl::StatusOr<UserRecord> PostgresAuthStore::SetNotificationEmail(int64_t user_id,
                                                                   const std::string& email) {
  UserRecord user;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("UPDATE users SET notification_email = $2 WHERE user_id = $1 RETURNING ",
                     kUserColumns),
        user_id, email);
    if (rows.empty()) return NoSuchUser();
    user = ReadUser(rows[0]);
    return absl::OkStatus();
  }));
  return user;
}

absl::StatusOr<UserRecord> PostgresAuthStore::FindSession(const std::string& token_sha256,
                                                          absl::Time now) {
  UserRecord user;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("WITH used AS (UPDATE sessions SET last_use_time = $2"
                     " WHERE token_sha256 = $1 AND expire_time > $2 AND last_use_time <= $3)"
                     " SELECT ",
                     kUserColumns,
                     " FROM sessions JOIN users USING (user_id)"
                     " WHERE token_sha256 = $1 AND expire_time > $2"),
        ToBytea(token_sha256), Timestamp(now), Timestamp(now - kUseExactness));
    if (rows.empty()) return absl::NotFoundError("no such session");
    user = ReadUser(rows[0]);
    return absl::OkStatus();
  }));
  return user;
}

absl::StatusOr<std::vector<SessionRecord>> PostgresAuthStore::ListSessions(int64_t user_id,
                                                                           absl::Time now) {
  std::vector<SessionRecord> sessions;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    sessions.clear();
    for (const pqxx::row& row : tx.exec_params(
             absl::StrCat("SELECT session_id, token_sha256, user_agent, ", Micros("create_time"),
                          ", ", Micros("last_use_time"), ", ", Micros("expire_time"),
                          " FROM sessions WHERE user_id = $1 AND expire_time > $2"
                          " ORDER BY last_use_time DESC, session_id DESC"),
             user_id, Timestamp(now))) {
      sessions.push_back({.session_id = row[0].as<int64_t>(),
                          .token_sha256 = FromBytea(row[1]),
                          .user_agent = row[2].as<std::string>(),
                          .create_time = TimeFromMicros(row[3]),
                          .last_use_time = TimeFromMicros(row[4]),
                          .expire_time = TimeFromMicros(row[5])});
    }
    return absl::OkStatus();
  }));
  return sessions;
}

absl::Status PostgresAuthStore::DeleteSession(const std::string& token_sha256) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0("DELETE FROM sessions WHERE token_sha256 = $1", ToBytea(token_sha256));
    return absl::OkStatus();
  });
}

absl::Status PostgresAuthStore::RevokeSession(int64_t user_id, int64_t session_id) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result deleted = tx.exec_params(
        "DELETE FROM sessions WHERE user_id = $1 AND session_id = $2", user_id, session_id);
    if (deleted.affected_rows() == 0) return absl::NotFoundError("no such session");
    return absl::OkStatus();
  });
}

absl::Status PostgresAuthStore::RevokeOtherSessions(int64_t user_id,
                                                    const std::string& token_sha256) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0("DELETE FROM sessions WHERE user_id = $1 AND token_sha256 <> $2", user_id,
                    ToBytea(token_sha256));
    return absl::OkStatus();
  });
}

}  // namespace kozmic::auth
