#include "lib/github/api.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/json.h"
#include "lib/github/answer.h"
#include "lib/github/url.h"
#include "lib/status/macros.h"

namespace kozmic::github {
namespace {

using Json = nlohmann::json;

constexpr int kPageSize = 100;
constexpr int kMostPages = 10;

absl::StatusOr<std::string> RepositoryPath(absl::string_view repository,
                                           absl::string_view below = "") {
  if (!IsRepositoryName(repository)) {
    return absl::InvalidArgumentError("a repository is named owner/name");
  }
  return absl::StrCat("/repos/", repository, below);
}

absl::Status CheckSha(absl::string_view sha) {
  return IsObjectId(sha) ? absl::OkStatus()
                         : absl::InvalidArgumentError("not the object id of a commit");
}

absl::StatusOr<Hook> ReadHook(const Json& json) {
  const auto id = JsonInteger(json, "id");
  if (!id.has_value()) return UnexpectedAnswer();
  return Hook{.id = *id, .url = JsonText(json, "config.url").value_or("")};
}

}  // namespace

Api::Api(HttpClient::Options http, const Clock& clock) : clock_(clock), http_(std::move(http)) {}

absl::StatusOr<HttpAnswer> Api::Send(const std::string& token, const std::string& method,
                                     const std::string& target, const Json* body) const {
  HttpRequest request{.method = method,
                      .target = target,
                      .headers = {{"Accept", "application/vnd.github+json"},
                                  {"Authorization", "Bearer " + token},
                                  {"X-GitHub-Api-Version", "2022-11-28"}}};
  if (body != nullptr) {
    request.body = DumpJson(*body);
    request.content_type = "application/json";
  }
  return http_.Send(request);
}

absl::StatusOr<Json> Api::GetJson(const std::string& token, const std::string& target) const {
  KOZMIC_ASSIGN_OR_RETURN(const HttpAnswer answer, Send(token, "GET", target, nullptr));
  return AnswerJson(answer, clock_.Now());
}

absl::StatusOr<AuthenticatedUser> Api::GetAuthenticatedUser(const std::string& token) const {
  KOZMIC_ASSIGN_OR_RETURN(const HttpAnswer answer, Send(token, "GET", "/user", nullptr));
  KOZMIC_ASSIGN_OR_RETURN(const Json json, AnswerJson(answer, clock_.Now()));
  const auto id = JsonInteger(json, "id");
  const auto login = JsonText(json, "login");
  if (!id.has_value() || *id <= 0 || !login.has_value()) return UnexpectedAnswer();
  AuthenticatedUser result;
  result.user = {.id = *id,
                 .login = *login,
                 .name = JsonText(json, "name").value_or(""),
                 .avatar_url = JsonText(json, "avatar_url").value_or("")};
  if (const auto header = answer.headers.find("x-oauth-scopes"); header != answer.headers.end()) {
    result.scopes.emplace();
    for (absl::string_view scope : absl::StrSplit(header->second, ',')) {
      scope = absl::StripAsciiWhitespace(scope);
      if (!scope.empty()) result.scopes->emplace_back(scope);
    }
  }
  return result;
}

absl::StatusOr<Repository> Api::GetRepository(const std::string& token,
                                              absl::string_view repository) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string path, RepositoryPath(repository));
  KOZMIC_ASSIGN_OR_RETURN(const Json json, GetJson(token, path));
  const auto id = JsonInteger(json, "id");
  const auto full_name = JsonText(json, "full_name");
  const auto is_private = JsonBool(json, "private");
  const auto html_url = JsonText(json, "html_url");
  if (!id.has_value() || *id <= 0 || !full_name.has_value() || !IsRepositoryName(*full_name) ||
      !is_private.has_value() || !html_url.has_value()) {
    return UnexpectedAnswer();
  }
  return Repository{.id = *id,
                    .full_name = *full_name,
                    .is_private = *is_private,
                    .html_url = *html_url,
                    .may_admin = JsonBool(json, "permissions.admin").value_or(false),
                    .may_push = JsonBool(json, "permissions.push").value_or(false)};
}

absl::StatusOr<Hook> Api::CreateHook(const std::string& token, absl::string_view repository,
                                     const NewHook& hook) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string path, RepositoryPath(repository, "/hooks"));
  const Json body = {{"name", "web"},
                     {"active", true},
                     {"events", hook.events},
                     {"config",
                      {{"url", hook.url},
                       {"content_type", "json"},
                       {"secret", hook.secret},
                       {"insecure_ssl", "0"}}}};
  KOZMIC_ASSIGN_OR_RETURN(const HttpAnswer answer, Send(token, "POST", path, &body));
  KOZMIC_ASSIGN_OR_RETURN(const Json json, AnswerJson(answer, clock_.Now()));
  return ReadHook(json);
}

absl::Status Api::DeleteHook(const std::string& token, absl::string_view repository,
                             int64_t id) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string path,
                          RepositoryPath(repository, absl::StrCat("/hooks/", id)));
  KOZMIC_ASSIGN_OR_RETURN(const HttpAnswer answer, Send(token, "DELETE", path, nullptr));
  return AnswerStatus(answer, clock_.Now());
}

absl::StatusOr<std::vector<Hook>> Api::ListHooks(const std::string& token,
                                                 absl::string_view repository) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string path, RepositoryPath(repository, "/hooks"));
  std::vector<Hook> hooks;
  for (int page = 1; page <= kMostPages; ++page) {
    KOZMIC_ASSIGN_OR_RETURN(
        const Json json,
        GetJson(token, absl::StrCat(path, "?per_page=", kPageSize, "&page=", page)));
    if (!json.is_array()) return UnexpectedAnswer();
    for (const Json& item : json) {
      KOZMIC_ASSIGN_OR_RETURN(Hook hook, ReadHook(item));
      hooks.push_back(std::move(hook));
    }
    if (json.size() < kPageSize) break;
  }
  return hooks;
}

absl::Status Api::CreateCommitStatus(const std::string& token, absl::string_view repository,
                                     absl::string_view sha, const CommitStatus& status) const {
  KOZMIC_RETURN_IF_ERROR(CheckSha(sha));
  KOZMIC_ASSIGN_OR_RETURN(const std::string path,
                          RepositoryPath(repository, absl::StrCat("/statuses/", sha)));
  const Json body = {{"state", status.state},
                     {"context", status.context},
                     {"description", status.description},
                     {"target_url", status.target_url}};
  KOZMIC_ASSIGN_OR_RETURN(const HttpAnswer answer, Send(token, "POST", path, &body));
  return AnswerStatus(answer, clock_.Now());
}

absl::StatusOr<std::vector<CommitStatus>> Api::ListCommitStatuses(const std::string& token,
                                                                  absl::string_view repository,
                                                                  absl::string_view sha) const {
  KOZMIC_RETURN_IF_ERROR(CheckSha(sha));
  KOZMIC_ASSIGN_OR_RETURN(
      const std::string path,
      RepositoryPath(repository, absl::StrCat("/commits/", sha, "/statuses?per_page=", kPageSize)));
  KOZMIC_ASSIGN_OR_RETURN(const Json json, GetJson(token, path));
  if (!json.is_array()) return UnexpectedAnswer();
  std::vector<CommitStatus> statuses;
  for (const Json& item : json) {
    const auto state = JsonText(item, "state");
    const auto context = JsonText(item, "context");
    if (!state.has_value() || !context.has_value()) return UnexpectedAnswer();
    // GitHub answers null for what was not given.
    statuses.push_back({.state = *state,
                        .context = *context,
                        .description = JsonText(item, "description").value_or(""),
                        .target_url = JsonText(item, "target_url").value_or("")});
  }
  return statuses;
}

}  // namespace kozmic::github
