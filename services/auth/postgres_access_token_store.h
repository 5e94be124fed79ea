#ifndef KOZMIC_SERVICES_AUTH_POSTGRES_ACCESS_TOKEN_STORE_H_
#define KOZMIC_SERVICES_AUTH_POSTGRES_ACCESS_TOKEN_STORE_H_

#include <string>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/auth/access_token_store.h"

namespace kozmic::auth {

// AccessTokenStore over the tables of migrations/auth.
class PostgresAccessTokenStore final : public AccessTokenStore {
 public:
  // `pool` must outlive this.
  explicit PostgresAccessTokenStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<AccessTokenRecord> Create(int64_t user_id, const NewAccessToken& token) override;
  absl::StatusOr<UserRecord> FindUser(const std::string& token_sha256, absl::Time now) override;
  absl::StatusOr<std::vector<AccessTokenRecord>> List(int64_t user_id) override;
  absl::Status Delete(int64_t user_id, int64_t access_token_id) override;

 private:
  PostgresPool& pool_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_POSTGRES_ACCESS_TOKEN_STORE_H_
