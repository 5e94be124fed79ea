#ifndef KOZMIC_SERVICES_AUTH_POSTGRES_GITHUB_TOKEN_STORE_H_
#define KOZMIC_SERVICES_AUTH_POSTGRES_GITHUB_TOKEN_STORE_H_

#include <string>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/auth/github_token_store.h"

namespace kozmic::auth {

// GithubTokenStore over the tables of migrations/auth.
class PostgresGithubTokenStore final : public GithubTokenStore {
 public:
  // `pool` must outlive this.
  explicit PostgresGithubTokenStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<GithubTokenRecord> Get(int64_t user_id) override;
  absl::StatusOr<std::vector<GithubTokenRecord>> List(int64_t after_user_id, int limit) override;
  absl::StatusOr<int> Replace(const std::vector<Change>& changes) override;
  absl::StatusOr<bool> Remove(int64_t user_id, const std::string& sealed) override;

 private:
  PostgresPool& pool_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_POSTGRES_GITHUB_TOKEN_STORE_H_
