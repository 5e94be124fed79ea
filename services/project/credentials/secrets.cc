#include "services/project/credentials/secrets.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::project {
namespace {

constexpr size_t kLongestName = 100;
constexpr size_t kLargestValue = 64 << 10;
constexpr int64_t kMostSecrets = 100;
constexpr int64_t kMostBytes = 256 << 10;

absl::Status Fault(absl::string_view field, absl::string_view what) {
  return WithDetail(absl::InvalidArgumentError(what), "field", field);
}

}  // namespace

std::string ValuePlace(int64_t project_id, absl::string_view name) {
  return absl::StrCat("secrets/", project_id, "/", name);
}

absl::Status CheckSecretName(absl::string_view name) {
  const bool plain = std::all_of(
      name.begin(), name.end(), [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_'; });
  if (name.empty() || name.size() > kLongestName || !plain ||
      absl::ascii_isdigit(static_cast<unsigned char>(name[0]))) {
    return Fault("name", absl::StrCat("A name has 1 to ", kLongestName,
                                      " letters, digits and underscores, and does not begin with "
                                      "a digit."));
  }
  if (absl::StartsWith(name, "KOZMIC") || absl::StartsWith(name, "CI")) {
    return Fault("name", "Names that begin with KOZMIC or CI are Kozmic's own.");
  }
  return absl::OkStatus();
}

absl::StatusOr<SecretRecord> Secrets::Set(int64_t project_id, const std::string& name,
                                          absl::string_view value, const Author& by) const {
  KOZMIC_RETURN_IF_ERROR(CheckSecretName(name));
  if (value.empty()) return Fault("value", "This field is required.");
  if (value.size() > kLargestValue) return Fault("value", "At most 64 KB.");
  if (absl::StrContains(value, '\0')) return Fault("value", "Must not contain NUL.");
  auto kept = store_.SetSecret(project_id,
                               {.name = name,
                                .sealed_value = box_.Seal(value, ValuePlace(project_id, name)),
                                .size = static_cast<int64_t>(value.size())},
                               kMostSecrets, kMostBytes, by);
  if (absl::IsResourceExhausted(kept.status())) {
    return Fault("value", absl::StrCat("A project has at most ", kMostSecrets, " secrets of ",
                                       kMostBytes >> 10, " KB together."));
  }
  return kept;
}

absl::StatusOr<std::vector<SecretRecord>> Secrets::List(int64_t project_id) const {
  return store_.ListSecrets(project_id);
}

absl::Status Secrets::Delete(int64_t project_id, const std::string& name, const Author& by) const {
  return store_.DeleteSecret(project_id, name, by);
}

absl::StatusOr<std::map<std::string, std::string>> Secrets::Open(int64_t project_id) const {
  KOZMIC_ASSIGN_OR_RETURN(const auto records, store_.ListSecrets(project_id));
  std::map<std::string, std::string> values;
  for (const SecretRecord& record : records) {
    auto value = box_.Open(record.sealed_value, ValuePlace(project_id, record.name));
    if (!value.ok()) return Annotate(value.status(), absl::StrCat("the secret ", record.name));
    values[record.name] = *std::move(value);
  }
  return values;
}

}  // namespace kozmic::project
