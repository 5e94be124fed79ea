#include "services/project/credentials/registry_credentials.h"

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/docker/image_reference.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/hooks/text_rules.h"

namespace kozmic::project {
namespace {

constexpr size_t kLongestUsername = 255;
constexpr size_t kLongestPassword = 16 << 10;
constexpr int64_t kMostRegistries = 20;

absl::Status Fault(absl::string_view field, absl::string_view what) {
  return WithDetail(absl::InvalidArgumentError(what), "field", field);
}

absl::Status Check(const RegistryCredential& credential) {
  const std::string& username = credential.username;
  if (username.empty()) return Fault("username", "This field is required.");
  if (Characters(username) > kLongestUsername) {
    return Fault("username", absl::StrCat("At most ", kLongestUsername, " characters."));
  }
  // It is followed by one when it is told to a registry.
  if (absl::StrContains(username, ':')) return Fault("username", "Must not contain a colon.");
  if (HasControl(username)) return Fault("username", "Must not contain control characters.");
  if (credential.password.empty()) return Fault("password", "This field is required.");
  if (credential.password.size() > kLongestPassword) return Fault("password", "At most 16 KB.");
  if (absl::StrContains(credential.password, '\0')) {
    return Fault("password", "Must not contain NUL.");
  }
  return absl::OkStatus();
}

}  // namespace

std::string RegistryPlace(int64_t project_id, absl::string_view registry) {
  return absl::StrCat("registries/", project_id, "/", registry);
}

absl::StatusOr<RegistryRecord> RegistryCredentials::Set(int64_t project_id,
                                                        const RegistryCredential& credential,
                                                        const Author& by) const {
  const auto registry = docker::ParseRegistry(absl::StripAsciiWhitespace(credential.registry));
  if (!registry.ok()) return Fault("registry", registry.status().message());
  KOZMIC_RETURN_IF_ERROR(Check(credential));
  auto kept = store_.Set(
      project_id,
      {.registry = *registry,
       .username = credential.username,
       .sealed_password = box_.Seal(credential.password, RegistryPlace(project_id, *registry))},
      kMostRegistries, by);
  if (absl::IsResourceExhausted(kept.status())) {
    return Fault("registry", absl::StrCat("A project has at most ", kMostRegistries,
                                          " registries: remove one first."));
  }
  return kept;
}

absl::StatusOr<std::vector<RegistryRecord>> RegistryCredentials::List(int64_t project_id) const {
  return store_.List(project_id);
}

absl::Status RegistryCredentials::Delete(int64_t project_id, absl::string_view registry,
                                         const Author& by) const {
  return store_.Delete(project_id, absl::AsciiStrToLower(registry), by);
}

absl::StatusOr<std::vector<RegistryCredential>> RegistryCredentials::Open(
    int64_t project_id, const std::vector<std::string>& images) const {
  std::vector<RegistryCredential> credentials;
  std::set<std::string> wanted;
  for (const std::string& image : images) {
    const auto reference = docker::ParseImageReference(image);
    if (reference.ok()) wanted.insert(docker::RegistryKey(*reference));
  }
  if (wanted.empty()) return credentials;
  KOZMIC_ASSIGN_OR_RETURN(const auto records, store_.List(project_id));
  for (const RegistryRecord& record : records) {
    if (!wanted.contains(record.registry)) continue;
    auto password = box_.Open(record.sealed_password, RegistryPlace(project_id, record.registry));
    if (!password.ok()) {
      return Annotate(password.status(),
                      absl::StrCat("the credentials of the registry ", record.registry));
    }
    credentials.push_back({.registry = record.registry,
                           .username = record.username,
                           .password = *std::move(password)});
  }
  return credentials;
}

}  // namespace kozmic::project
