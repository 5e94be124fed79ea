#include "lib/github/api.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "lib/github/answer.h"
#include "lib/github/fields.h"
#include "lib/status/macros.h"

namespace kozmic::github {
namespace {

// Whether `key` is a type and a base64 text: it becomes part of a file that ssh believes.
bool IsHostKey(absl::string_view key) {
  const std::vector<absl::string_view> parts = absl::StrSplit(key, ' ');
  const auto is_part = [](absl::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
      return absl::ascii_isalnum(c) || absl::StrContains("+/=-@._", c);
    });
  };
  return parts.size() == 2 && is_part(parts[0]) && is_part(parts[1]);
}

}  // namespace

Api::Api(HttpClient::Options http, const Clock& clock) : requester_(std::move(http), clock) {}

absl::StatusOr<AuthenticatedUser> Api::GetAuthenticatedUser(const std::string& token) const {
  Session session(requester_, token);
  KOZMIC_ASSIGN_OR_RETURN(const HttpAnswer answer, session.Get("/user"));
  KOZMIC_ASSIGN_OR_RETURN(const nlohmann::json json, AnswerJson(answer, session.Now()));
  Fields fields(json);
  AuthenticatedUser result{.user = {.id = fields.Id("id"),
                                    .login = fields.Text("login"),
                                    .name = fields.TextIfAny("name"),
                                    .avatar_url = fields.TextIfAny("avatar_url")},
                           .scopes = std::nullopt};
  KOZMIC_RETURN_IF_ERROR(fields.status());
  if (const auto header = answer.headers.find("x-oauth-scopes"); header != answer.headers.end()) {
    result.scopes.emplace();
    for (absl::string_view scope : absl::StrSplit(header->second, ',')) {
      scope = absl::StripAsciiWhitespace(scope);
      if (!scope.empty()) result.scopes->emplace_back(scope);
    }
  }
  return result;
}

absl::StatusOr<std::vector<std::string>> Api::GetSshHostKeys(const std::string& token) const {
  KOZMIC_ASSIGN_OR_RETURN(const nlohmann::json json, Session(requester_, token).GetJson("/meta"));
  Fields fields(json);
  std::vector<std::string> keys = fields.TextsIfAny("ssh_keys");
  for (const std::string& key : keys) fields.Require(IsHostKey(key));
  KOZMIC_RETURN_IF_ERROR(fields.status());
  if (keys.empty()) return absl::NotFoundError("GitHub names no keys of its SSH server");
  return keys;
}

}  // namespace kozmic::github
