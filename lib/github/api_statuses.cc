#include "absl/strings/str_cat.h"
#include "lib/github/answer.h"
#include "lib/github/api.h"
#include "lib/github/fields.h"
#include "lib/github/pages.h"
#include "lib/github/url.h"
#include "lib/status/macros.h"

namespace kozmic::github {
namespace {

using Json = nlohmann::json;

absl::Status CheckSha(absl::string_view sha) {
  return IsObjectId(sha) ? absl::OkStatus()
                         : absl::InvalidArgumentError("not the object id of a commit");
}

}  // namespace

absl::Status Api::CreateCommitStatus(const std::string& token, absl::string_view repository,
                                     absl::string_view sha, const CommitStatus& status) const {
  KOZMIC_RETURN_IF_ERROR(CheckSha(sha));
  KOZMIC_ASSIGN_OR_RETURN(const std::string path,
                          RepositoryPath(repository, absl::StrCat("/statuses/", sha)));
  const Json body = {{"state", status.state},
                     {"context", status.context},
                     {"description", status.description},
                     {"target_url", status.target_url}};
  Session session(requester_, token);
  KOZMIC_ASSIGN_OR_RETURN(const HttpAnswer answer, session.Change("POST", path, &body));
  return AnswerStatus(answer, session.Now());
}

absl::StatusOr<std::vector<CommitStatus>> Api::ListCommitStatuses(const std::string& token,
                                                                  absl::string_view repository,
                                                                  absl::string_view sha) const {
  KOZMIC_RETURN_IF_ERROR(CheckSha(sha));
  KOZMIC_ASSIGN_OR_RETURN(
      const std::string path,
      RepositoryPath(repository, absl::StrCat("/commits/", sha, "/statuses?per_page=", kPageSize)));
  KOZMIC_ASSIGN_OR_RETURN(const Json json, Session(requester_, token).GetJson(path));
  if (!json.is_array()) return UnexpectedAnswer();
  std::vector<CommitStatus> statuses;
  for (const Json& item : json) {
    Fields fields(item);
    statuses.push_back({.state = fields.Text("state"),
                        .context = fields.Text("context"),
                        .description = fields.TextIfAny("description"),
                        .target_url = fields.TextIfAny("target_url")});
    KOZMIC_RETURN_IF_ERROR(fields.status());
  }
  return statuses;
}

}  // namespace kozmic::github
