#ifndef KOZMIC_SERVICES_PROJECT_CREDENTIALS_REGISTRY_CREDENTIALS_H_
#define KOZMIC_SERVICES_PROJECT_CREDENTIALS_REGISTRY_CREDENTIALS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/crypto/sealed_box.h"
#include "services/project/credentials/registry_store.h"

namespace kozmic::project {

// What one registry's images are pulled with.
struct RegistryCredential {
  std::string registry = {};
  std::string username = {};
  std::string password = {};
};

// A project's credentials of image registries: written, never read again but by its jobs. Callers
// have checked that the user may configure the project. Thread-safe. Errors: as ProjectService
// documents.
class RegistryCredentials {
 public:
  // Both must outlive this. `box` seals passwords.
  RegistryCredentials(RegistryStore& store, const SealedBox& box) : store_(store), box_(box) {}

  absl::StatusOr<RegistryRecord> Set(int64_t project_id, const RegistryCredential& credential,
                                     const Author& by) const;
  absl::StatusOr<std::vector<RegistryRecord>> List(int64_t project_id) const;
  absl::Status Delete(int64_t project_id, absl::string_view registry, const Author& by) const;

  // Those of the registries that these images are pulled from, and no others. What is no image's
  // name has none.
  absl::StatusOr<std::vector<RegistryCredential>> Open(
      int64_t project_id, const std::vector<std::string>& images) const;

 private:
  RegistryStore& store_;
  const SealedBox& box_;
};

// Where a password is sealed for.
std::string RegistryPlace(int64_t project_id, absl::string_view registry);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CREDENTIALS_REGISTRY_CREDENTIALS_H_
