#include "services/runner/images/registry_access.h"

#include "absl/strings/str_cat.h"

namespace kozmic::runner {

RegistryAccess::RegistryAccess(const v1::IssueCheckoutResponse& issued, bool fork) : fork_(fork) {
  for (const auto& credential : issued.registry_credentials()) {
    auths_[credential.registry()] = {credential.username(), credential.password()};
  }
}

std::optional<docker::RegistryAuth> RegistryAccess::For(
    const docker::ImageReference& reference) const {
  const auto found = auths_.find(docker::RegistryKey(reference));
  return found == auths_.end() ? std::nullopt : std::optional(found->second);
}

std::string RegistryAccess::Advice(const docker::ImageReference& reference) const {
  const std::string registry = docker::RegistryKey(reference);
  if (const auto auth = For(reference)) {
    return absl::StrCat("The registry ", registry, " refused the credentials of ", auth->username,
                        ", or does not let them pull this image. A manager of the project can "
                        "replace them in its settings, under Registries.");
  }
  const std::string wanted = absl::StrCat(
      "The registry ", registry, " wants credentials for this image, or has none of this name");
  if (fork_) return absl::StrCat(wanted, "; builds of forks get no credentials.");
  return absl::StrCat(wanted,
                      ". The project has no credentials for it: a manager can add them in its "
                      "settings, under Registries.");
}

absl::Status RegistryAccess::Explain(const absl::Status& pulled,
                                     const docker::ImageReference& reference) const {
  std::string meaning;
  switch (pulled.code()) {
    case absl::StatusCode::kPermissionDenied:
      meaning = Advice(reference);
      break;
    case absl::StatusCode::kNotFound:
      meaning = absl::StrCat("There is no image ", reference.ToString(),
                             ". Its name is in the hook's settings.");
      break;
    case absl::StatusCode::kUnavailable:
      meaning = absl::StrCat("The registry ", reference.registry, " cannot be reached.");
      break;
    case absl::StatusCode::kResourceExhausted:
      meaning = absl::StrCat("The registry ", reference.registry,
                             " lets nobody pull so often; it was tried again for a while.");
      break;
    default:
      return pulled;
  }
  return absl::Status(pulled.code(), absl::StrCat(meaning, " Docker says: ", pulled.message()));
}

}  // namespace kozmic::runner
