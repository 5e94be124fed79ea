#ifndef KOZMIC_SERVICES_PROJECT_CREDENTIALS_SECRETS_H_
#define KOZMIC_SERVICES_PROJECT_CREDENTIALS_SECRETS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/crypto/sealed_box.h"
#include "services/project/credentials/credential_store.h"

namespace kozmic::project {

// Shorter values are not masked in logs: that would blot out what has nothing to do with them. Also
// the least that the runner masks (services/runner/init).
inline constexpr int64_t kShortestMasked = 4;

// A project's secrets: written, never read again but by its jobs. Callers have checked that the
// user may configure the project. Thread-safe. Errors: as ProjectService documents.
class Secrets {
 public:
  // Both must outlive this. `box` seals values.
  Secrets(CredentialStore& store, const SealedBox& box) : store_(store), box_(box) {}

  absl::StatusOr<SecretRecord> Set(int64_t project_id, const std::string& name,
                                   absl::string_view value, const Author& by) const;
  absl::StatusOr<std::vector<SecretRecord>> List(int64_t project_id) const;
  absl::Status Delete(int64_t project_id, const std::string& name, const Author& by) const;

  // All values by name, for a job.
  absl::StatusOr<std::map<std::string, std::string>> Open(int64_t project_id) const;

 private:
  CredentialStore& store_;
  const SealedBox& box_;
};

// Whether this can be a secret's name: that of an environment variable which is not Kozmic's own.
// INVALID_ARGUMENT with the detail "field".
absl::Status CheckSecretName(absl::string_view name);

// Where a value is sealed for.
std::string ValuePlace(int64_t project_id, absl::string_view name);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CREDENTIALS_SECRETS_H_
