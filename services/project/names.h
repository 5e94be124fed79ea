#ifndef KOZMIC_SERVICES_PROJECT_NAMES_H_
#define KOZMIC_SERVICES_PROJECT_NAMES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/rpc/caller.h"

namespace kozmic::project {

// The resource names of ProjectService, taken apart. INVALID_ARGUMENT for any other text.
inline constexpr char kProjectPattern[] = "projects/{project}";
inline constexpr char kDeployKeyPattern[] = "projects/{project}/deployKey";
inline constexpr char kBadgePattern[] = "projects/{project}/badge";
inline constexpr char kDeliveryPattern[] = "projects/{project}/deliveries/{delivery}";
inline constexpr char kHookPattern[] = "projects/{project}/hooks/{hook}";

absl::StatusOr<int64_t> ProjectId(const std::string& name);
absl::StatusOr<int64_t> UserId(const std::string& name);

struct HookName {
  int64_t project_id = 0;
  int64_t hook_id = 0;
};
absl::StatusOr<HookName> ParseHookName(const std::string& name);

// "projects/7/secrets/TOKEN": the project, and the secret's name, which is not checked.
struct SecretName {
  int64_t project_id = 0;
  std::string secret = {};
};
absl::StatusOr<SecretName> ParseSecretName(absl::string_view name);

// "projects/7/registries/registry.example.com:5000": the project, and the registry, which is not
// checked.
struct RegistryName {
  int64_t project_id = 0;
  std::string registry = {};
};
absl::StatusOr<RegistryName> ParseRegistryName(absl::string_view name);

// The user who calls. UNAUTHENTICATED or PERMISSION_DENIED when it is none.
absl::StatusOr<int64_t> CallingUser(const Caller& caller);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_NAMES_H_
