#include "absl/strings/str_cat.h"
#include "lib/github/answer.h"
#include "lib/github/api.h"
#include "lib/github/fields.h"
#include "lib/github/url.h"
#include "lib/status/macros.h"

namespace kozmic::github {

absl::StatusOr<Commit> Api::GetCommit(const std::string& token, absl::string_view repository,
                                      absl::string_view ref) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string path,
                          RepositoryPath(repository, absl::StrCat("/commits/", EncodePath(ref))));
  KOZMIC_ASSIGN_OR_RETURN(const nlohmann::json json, Session(requester_, token).GetJson(path));
  Fields fields(json);
  Commit commit{.id = fields.Text("sha"),
                .message = fields.TextIfAny("commit.message"),
                .author_name = fields.TextIfAny("commit.author.name"),
                .author_login = fields.TextIfAny("author.login"),
                .author_avatar_url = fields.TextIfAny("author.avatar_url")};
  fields.Require(IsObjectId(commit.id));
  KOZMIC_RETURN_IF_ERROR(fields.status());
  return commit;
}

}  // namespace kozmic::github
