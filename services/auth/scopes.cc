#include "services/auth/scopes.h"

#include <algorithm>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace kozmic::auth {
namespace {

bool Implies(absl::string_view granted, absl::string_view needed) {
  if (granted == needed) return true;
  return needed == "read:org" && (granted == "write:org" || granted == "admin:org");
}

}  // namespace

std::optional<std::string> MissingScope(const std::vector<std::string>& granted) {
  for (const absl::string_view needed : absl::StrSplit(kNeededScopes, ' ')) {
    const bool has = std::any_of(granted.begin(), granted.end(),
                                 [&](const std::string& scope) { return Implies(scope, needed); });
    if (!has) return std::string(needed);
  }
  return std::nullopt;
}

}  // namespace kozmic::auth
