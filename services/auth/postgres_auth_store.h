#ifndef KOZMIC_SERVICES_AUTH_POSTGRES_AUTH_STORE_H_
#define KOZMIC_SERVICES_AUTH_POSTGRES_AUTH_STORE_H_

#include <string>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/auth/auth_store.h"

namespace kozmic::auth {

// AuthStore over the tables of migrations/auth.
class PostgresAuthStore final : public AuthStore {
 public:
  // `pool` must outlive this.
  explicit PostgresAuthStore(PostgresPool& pool) : pool_(pool) {}

  absl::Status UseState(const std::string& state_sha256, absl::Time expire_time,
                        absl::Time now) override;
  absl::StatusOr<UserRecord> SignIn(const Profile& profile, const std::string& sealed_github_token,
                                    const NewSession& session,
                                    const std::string& ended_token_sha256) override;
  absl::StatusOr<UserRecord> GetUser(int64_t user_id) override;
  absl::StatusOr<std::vector<UserRecord>> FindUsers(
      const std::vector<int64_t>& user_ids, const std::vector<int64_t>& github_ids) override;
  absl::StatusOr<UserRecord> SetNotificationEmail(int64_t user_id,
                                                  const std::string& email) override;
  absl::StatusOr<UserRecord> FindSession(const std::string& token_sha256, absl::Time now) override;
  absl::StatusOr<std::vector<SessionRecord>> ListSessions(int64_t user_id, absl::Time now) override;
  absl::Status DeleteSession(const std::string& token_sha256) override;
  absl::Status RevokeSession(int64_t user_id, int64_t session_id) override;
  absl::Status RevokeOtherSessions(int64_t user_id, const std::string& token_sha256) override;

 private:
  PostgresPool& pool_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_POSTGRES_AUTH_STORE_H_
