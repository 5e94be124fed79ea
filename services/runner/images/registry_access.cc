#include "services/runner/images/registry_access.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

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

absl::Status RegistryAccess::Explain(const absl::Status& pulled,
                                     const docker::ImageReference& reference) const {
  if (!absl::IsPermissionDenied(pulled)) return pulled;
  const std::string registry = docker::RegistryKey(reference);
  absl::string_view words = pulled.message();
  absl::ConsumeSuffix(&words, ".");
  std::string advice;
  if (const auto auth = For(reference)) {
    advice = absl::StrCat("The registry ", registry, " refused the credentials of ", auth->username,
                          ", or does not let them pull this image. A manager of the project can "
                          "replace them in its settings, under Registries");
  } else if (fork_) {
    advice = absl::StrCat("The registry ", registry,
                          " wants credentials for this image, or has none of this name; builds of "
                          "forks get no credentials");
  } else {
    advice = absl::StrCat("The registry ", registry,
                          " wants credentials for this image, or has none of this name. The "
                          "project has no credentials for it: a manager can add them in its "
                          "settings, under Registries");
  }
  return absl::PermissionDeniedError(absl::StrCat(words, ". ", advice, "."));
}

}  // namespace kozmic::runner
