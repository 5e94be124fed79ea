#ifndef KOZMIC_SERVICES_AUTH_SCOPES_H_
#define KOZMIC_SERVICES_AUTH_SCOPES_H_

#include <optional>
#include <string>
#include <vector>

namespace kozmic::auth {

// What a sign-in asks of GitHub, as OAuth writes it. `repo`: hooks, statuses, keys, private
// repositories. `read:org`: organisations and their teams, without which GitHub does not tell who
// may do what in an organisation's repository.
inline constexpr char kNeededScopes[] = "repo read:org";

// The first of kNeededScopes that neither is among those granted nor is part of one of them
// (GitHub's documentation, "Scopes for OAuth apps"); nullopt: none is missing.
std::optional<std::string> MissingScope(const std::vector<std::string>& granted);

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_SCOPES_H_
