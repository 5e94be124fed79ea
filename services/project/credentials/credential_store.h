#ifndef KOZMIC_SERVICES_PROJECT_CREDENTIALS_CREDENTIAL_STORE_H_
#define KOZMIC_SERVICES_PROJECT_CREDENTIALS_CREDENTIAL_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/history/change.h"

namespace kozmic::project {

struct DeployKeyRecord {
  int64_t project_id = 0;
  // "ssh-ed25519 AAAA…"
  std::string public_key = {};
  std::string sealed_private_key = {};
  // "SHA256:…"
  std::string fingerprint = {};
  // GitHub's number of it; unknown: not known to be there.
  std::optional<int64_t> github_key_id = {};
  // Why GitHub could not be asked the last time; empty when it could.
  std::string error = {};
  absl::Time create_time = {};
  // When it was last looked for at GitHub; InfinitePast: never.
  absl::Time check_time = absl::InfinitePast();
};

struct SecretRecord {
  std::string name = {};
  std::string sealed_value = {};
  // Bytes of the value.
  int64_t size = 0;
  absl::Time update_time = {};
};

// Where projects' deploy keys and secrets are kept, and in their history who changed them.
// Thread-safe, also between processes. All may fail as PostgresPool does, besides what each method
// names.
class CredentialStore {
 public:
  virtual ~CredentialStore() = default;

  // NOT_FOUND.
  virtual absl::StatusOr<DeployKeyRecord> GetDeployKey(int64_t project_id) = 0;
  // Adds the project's key, unless it has one; answers the one that it has then.
  // FAILED_PRECONDITION when the project has gone.
  virtual absl::StatusOr<DeployKeyRecord> AddDeployKey(const DeployKeyRecord& key,
                                                       const Author& by) = 0;
  // Puts a key in the place of the one with the fingerprint `was`. FAILED_PRECONDITION when the
  // project has another one by now.
  virtual absl::Status ReplaceDeployKey(const DeployKeyRecord& key, const std::string& was,
                                        const Author& by) = 0;
  // Notes where GitHub has the key with this fingerprint, or why that is not known.
  virtual absl::Status NoteDeployKey(int64_t project_id, const std::string& fingerprint,
                                     std::optional<int64_t> github_key_id,
                                     const std::string& error) = 0;

  // Adds or replaces. RESOURCE_EXHAUSTED when the project would have more than `most` secrets or
  // more than `most_bytes` in them.
  virtual absl::StatusOr<SecretRecord> SetSecret(int64_t project_id, const SecretRecord& secret,
                                                 int64_t most, int64_t most_bytes,
                                                 const Author& by) = 0;
  // By name.
  virtual absl::StatusOr<std::vector<SecretRecord>> ListSecrets(int64_t project_id) = 0;
  // NOT_FOUND.
  virtual absl::Status DeleteSecret(int64_t project_id, const std::string& name,
                                    const Author& by) = 0;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CREDENTIALS_CREDENTIAL_STORE_H_
