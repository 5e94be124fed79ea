#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/github/answer.h"
#include "lib/github/api.h"
#include "lib/github/fields.h"
#include "lib/github/pages.h"
#include "lib/github/url.h"
#include "lib/status/macros.h"

namespace kozmic::github {
namespace {

using Json = nlohmann::json;

constexpr int kMostPages = 10;

absl::StatusOr<DeployKey> ReadKey(const Json& json) {
  Fields fields(json);
  DeployKey key{.id = fields.Id("id"),
                .title = fields.TextIfAny("title"),
                .key = fields.Text("key"),
                .read_only = fields.Flag("read_only")};
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(key.key, absl::MaxSplits(' ', 2));
  fields.Require(!parts.second.empty());
  key.key = absl::StrCat(parts.first, " ", parts.second);
  KOZMIC_RETURN_IF_ERROR(fields.status());
  return key;
}

}  // namespace

absl::StatusOr<DeployKey> Api::CreateDeployKey(const std::string& token,
                                               absl::string_view repository,
                                               absl::string_view title,
                                               absl::string_view key) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string path, RepositoryPath(repository, "/keys"));
  const Json body = {{"title", std::string(title)}, {"key", std::string(key)}, {"read_only", true}};
  Session session(requester_, token);
  KOZMIC_ASSIGN_OR_RETURN(const HttpAnswer answer, session.Change("POST", path, &body));
  KOZMIC_ASSIGN_OR_RETURN(const Json json, AnswerJson(answer, session.Now()));
  return ReadKey(json);
}

absl::Status Api::DeleteDeployKey(const std::string& token, absl::string_view repository,
                                  int64_t id) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string path,
                          RepositoryPath(repository, absl::StrCat("/keys/", id)));
  Session session(requester_, token);
  KOZMIC_ASSIGN_OR_RETURN(const HttpAnswer answer, session.Change("DELETE", path, nullptr));
  return AnswerStatus(answer, session.Now());
}

absl::StatusOr<std::vector<DeployKey>> Api::ListDeployKeys(const std::string& token,
                                                           absl::string_view repository) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string path,
                          RepositoryPath(repository, absl::StrCat("/keys?per_page=", kPageSize)));
  Session session(requester_, token);
  return ReadList(session, path, kMostPages, &ReadKey, &DeployKey::id);
}

}  // namespace kozmic::github
