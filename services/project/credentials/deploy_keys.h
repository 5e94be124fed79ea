#ifndef KOZMIC_SERVICES_PROJECT_CREDENTIALS_DEPLOY_KEYS_H_
#define KOZMIC_SERVICES_PROJECT_CREDENTIALS_DEPLOY_KEYS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/random.h"
#include "lib/crypto/sealed_box.h"
#include "lib/crypto/ssh_key.h"
#include "lib/github/api.h"
#include "services/project/credentials/credential_store.h"
#include "services/project/github/acting_users.h"
#include "services/project/projects/project_store.h"

namespace kozmic::project {

// Who added a key that nobody asked for, because its repository is private.
inline const Author kByItself = {.login = "kozmic"};

// The keys with which runners fetch from private repositories: one pair a project, whose public
// half may read at GitHub, whose private half is sealed here and leaves only for a fetch.
// Thread-safe. Errors of GitHub's are for users (github_errors.h).
class DeployKeys {
 public:
  struct Parts {
    CredentialStore& store;
    const ActingUsers& actors;
    const github::Api& github;
    // Seals private halves.
    const SealedBox& box;
    Random& random;
    SshKeyType type = SshKeyType::kEd25519;
  };

  // All must outlive this.
  explicit DeployKeys(const Parts& parts) : parts_(parts) {}

  // NOT_FOUND when the project has none.
  absl::StatusOr<DeployKeyRecord> Get(int64_t project_id) const;
  // Sees to it that the project has a key and GitHub has it: makes what is missing. An error of
  // GitHub's is noted with the key.
  absl::StatusOr<DeployKeyRecord> Ensure(const Actor& actor, int64_t project_id,
                                         const Author& by = kByItself) const;
  absl::StatusOr<DeployKeyRecord> Ensure(const ProjectRecord& project,
                                         const Author& by = kByItself) const;
  // Makes a new pair and puts it at GitHub before the old one is given up.
  absl::StatusOr<DeployKeyRecord> Rotate(const ProjectRecord& project, const Author& by) const;
  // Deletes the project's keys at GitHub. Absent is fine.
  absl::Status DeleteAtGithub(const Actor& actor, int64_t project_id) const;

  // The private half, as ssh reads it.
  absl::StatusOr<std::string> Open(const DeployKeyRecord& key) const;

 private:
  absl::StatusOr<DeployKeyRecord> MakePair(int64_t project_id) const;
  // GitHub's number of the key, which it has afterwards. The error is lib/github's.
  absl::StatusOr<int64_t> EnsureAtGithub(const Actor& actor, const std::string& public_key) const;

  const Parts parts_;
};

// Where a private half is sealed for.
std::string DeployKeyPlace(int64_t project_id);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CREDENTIALS_DEPLOY_KEYS_H_
