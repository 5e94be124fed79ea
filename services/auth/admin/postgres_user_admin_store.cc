#include "absl/strings/str_cat.h"
#include "lib/postgres/times.h"
#include "lib/status/macros.h"
#include "services/auth/admin/user_admin_store.h"
#include "services/auth/rows.h"
#include "services/auth/translate.h"

namespace kozmic::auth {
namespace {

v1::ListedUser ReadListed(const pqxx::row& row) {
  v1::ListedUser user;
  user.set_name(UserName(row[0].as<int64_t>()));
  user.set_github_id(row[1].as<int64_t>());
  user.set_login(row[2].as<std::string>());
  user.set_display_name(row[3].as<std::string>());
  *user.mutable_create_time() = ToMessage(TimeFromMicros(row[4]));
  *user.mutable_sign_in_time() = ToMessage(TimeFromMicros(row[5]));
  user.set_has_github_token(row[6].as<bool>());
  user.set_sessions(row[7].as<int>());
  user.set_access_tokens(row[8].as<int>());
  return user;
}

class PostgresUserAdminStore final : public UserAdminStore {
 public:
  explicit PostgresUserAdminStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<v1::ListedUser>> List(int64_t after, int limit,
                                                   absl::Time now) override {
    std::vector<v1::ListedUser> users;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      users.clear();
      for (const pqxx::row& row : tx.exec_params(
               absl::StrCat("SELECT u.user_id, u.github_id, u.login, u.display_name, ",
                            Micros("u.create_time"), ", ", Micros("u.sign_in_time"),
                            ", u.github_token IS NOT NULL,"
                            " (SELECT count(*) FROM sessions s WHERE s.user_id = u.user_id"
                            "   AND s.expire_time > $3),"
                            " (SELECT count(*) FROM access_tokens t WHERE t.user_id = u.user_id"
                            "   AND (t.expire_time > $3 OR t.expire_time IS NULL))"
                            " FROM users u WHERE u.user_id > $1 ORDER BY u.user_id LIMIT $2"),
               after, limit, Timestamp(now))) {
        users.push_back(ReadListed(row));
      }
      return absl::OkStatus();
    }));
    return users;
  }

  absl::StatusOr<v1::SignOutUserResponse> SignOut(int64_t user_id) override {
    v1::SignOutUserResponse response;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      const pqxx::result users =
          tx.exec_params("UPDATE users SET github_token = NULL WHERE user_id = $1", user_id);
      if (users.affected_rows() == 0) return absl::NotFoundError("no such user");
      response.set_sessions(static_cast<int>(
          tx.exec_params("DELETE FROM sessions WHERE user_id = $1", user_id).affected_rows()));
      response.set_access_tokens(static_cast<int>(
          tx.exec_params("DELETE FROM access_tokens WHERE user_id = $1", user_id).affected_rows()));
      return absl::OkStatus();
    }));
    return response;
  }

 private:
  PostgresPool& pool_;
};

}  // namespace

std::unique_ptr<UserAdminStore> NewPostgresUserAdminStore(PostgresPool& pool) {
  return std::make_unique<PostgresUserAdminStore>(pool);
}

}  // namespace kozmic::auth
