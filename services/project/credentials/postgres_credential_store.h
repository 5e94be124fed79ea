#ifndef KOZMIC_SERVICES_PROJECT_CREDENTIALS_POSTGRES_CREDENTIAL_STORE_H_
#define KOZMIC_SERVICES_PROJECT_CREDENTIALS_POSTGRES_CREDENTIAL_STORE_H_

#include <string>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/project/credentials/credential_store.h"

namespace kozmic::project {

// CredentialStore over the tables of migrations/project.
class PostgresCredentialStore final : public CredentialStore {
 public:
  // `pool` must outlive this.
  explicit PostgresCredentialStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<DeployKeyRecord> GetDeployKey(int64_t project_id) override;
  absl::StatusOr<DeployKeyRecord> AddDeployKey(const DeployKeyRecord& key,
                                               const Author& by) override;
  absl::Status ReplaceDeployKey(const DeployKeyRecord& key, const std::string& was,
                                const Author& by) override;
  absl::Status NoteDeployKey(int64_t project_id, const std::string& fingerprint,
                             std::optional<int64_t> github_key_id,
                             const std::string& error) override;
  absl::StatusOr<SecretRecord> SetSecret(int64_t project_id, const SecretRecord& secret,
                                         int64_t most, int64_t most_bytes,
                                         const Author& by) override;
  absl::StatusOr<std::vector<SecretRecord>> ListSecrets(int64_t project_id) override;
  absl::Status DeleteSecret(int64_t project_id, const std::string& name, const Author& by) override;

 private:
  PostgresPool& pool_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CREDENTIALS_POSTGRES_CREDENTIAL_STORE_H_
