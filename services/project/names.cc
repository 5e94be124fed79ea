#include "services/project/names.h"

#include "lib/rpc/authorize.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/macros.h"

namespace kozmic::project {
namespace {

constexpr absl::string_view kSecrets = "/secrets/";
constexpr absl::string_view kRegistries = "/registries/";

}  // namespace

absl::StatusOr<int64_t> ProjectId(const std::string& name) {
  int64_t project_id = 0;
  KOZMIC_RETURN_IF_ERROR(ParseName(kProjectPattern, name, {&project_id}));
  return project_id;
}

absl::StatusOr<int64_t> UserId(const std::string& name) {
  int64_t user_id = 0;
  KOZMIC_RETURN_IF_ERROR(ParseName("users/{user}", name, {&user_id}));
  return user_id;
}

absl::StatusOr<HookName> ParseHookName(const std::string& name) {
  HookName parsed;
  KOZMIC_RETURN_IF_ERROR(ParseName(kHookPattern, name, {&parsed.project_id, &parsed.hook_id}));
  return parsed;
}

absl::StatusOr<SecretName> ParseSecretName(absl::string_view name) {
  const size_t at = name.find(kSecrets);
  if (at == absl::string_view::npos) {
    return absl::InvalidArgumentError("name: must be like projects/{project}/secrets/{secret}");
  }
  SecretName parsed{.secret = std::string(name.substr(at + kSecrets.size()))};
  KOZMIC_RETURN_IF_ERROR(ParseName(kProjectPattern, name.substr(0, at), {&parsed.project_id}));
  return parsed;
}

absl::StatusOr<RegistryName> ParseRegistryName(absl::string_view name) {
  const size_t at = name.find(kRegistries);
  if (at == absl::string_view::npos) {
    return absl::InvalidArgumentError(
        "name: must be like projects/{project}/registries/{registry}");
  }
  RegistryName parsed{.registry = std::string(name.substr(at + kRegistries.size()))};
  KOZMIC_RETURN_IF_ERROR(ParseName(kProjectPattern, name.substr(0, at), {&parsed.project_id}));
  return parsed;
}

absl::StatusOr<int64_t> CallingUser(const Caller& caller) {
  KOZMIC_RETURN_IF_ERROR(RequireUser(caller));
  return UserId(caller.name);
}

}  // namespace kozmic::project
