#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/github/answer.h"
#include "lib/github/api.h"
#include "lib/github/conditional_list.h"
#include "lib/github/fields.h"
#include "lib/github/pages.h"
#include "lib/github/url.h"
#include "lib/status/macros.h"

namespace kozmic::github {
namespace {

using Json = nlohmann::json;

constexpr int kMostRepositoryPages = 200;
constexpr int kMostCollaboratorPages = 100;

// GitHub's five rights as the three that we know, for an object that has the field "permissions".
struct Rights {
  bool admin;
  bool push;
  bool pull;
};

Rights ReadRights(Fields& fields) {
  const bool admin = fields.FlagIfAny("permissions.admin");
  const bool maintain = fields.FlagIfAny("permissions.maintain");
  const bool push = fields.FlagIfAny("permissions.push");
  const bool triage = fields.FlagIfAny("permissions.triage");
  const bool pull = fields.FlagIfAny("permissions.pull");
  return {.admin = admin,
          .push = admin || maintain || push,
          .pull = admin || maintain || push || triage || pull};
}

absl::StatusOr<Repository> ReadRepository(const Json& json) {
  Fields fields(json);
  const Rights rights = ReadRights(fields);
  Repository repository{.id = fields.Id("id"),
                        .full_name = fields.Text("full_name"),
                        .is_private = fields.Flag("private"),
                        .html_url = fields.Text("html_url"),
                        .may_admin = rights.admin,
                        .may_push = rights.push,
                        .may_pull = rights.pull,
                        .default_branch = fields.TextIfAny("default_branch"),
                        .owner_login = fields.TextIfAny("owner.login"),
                        .owner_is_organization = fields.TextIfAny("owner.type") == "Organization",
                        .owner_avatar_url = fields.TextIfAny("owner.avatar_url"),
                        .archived = fields.FlagIfAny("archived"),
                        .description = fields.TextIfAny("description")};
  fields.Require(IsRepositoryName(repository.full_name));
  KOZMIC_RETURN_IF_ERROR(fields.status());
  if (repository.owner_login.empty()) {
    repository.owner_login = repository.full_name.substr(0, repository.full_name.find('/'));
  }
  return repository;
}

absl::StatusOr<Collaborator> ReadCollaborator(const Json& json) {
  Fields fields(json);
  const Rights rights = ReadRights(fields);
  // Always there: this is what the list is asked for.
  fields.Flag("permissions.pull");
  Collaborator collaborator{.user_id = fields.Id("id"),
                            .login = fields.Text("login"),
                            .avatar_url = fields.TextIfAny("avatar_url"),
                            .may_admin = rights.admin,
                            .may_push = rights.push,
                            .may_pull = rights.pull};
  KOZMIC_RETURN_IF_ERROR(fields.status());
  return collaborator;
}

}  // namespace

absl::StatusOr<Repository> Api::GetRepository(const std::string& token,
                                              absl::string_view repository) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string path, RepositoryPath(repository));
  KOZMIC_ASSIGN_OR_RETURN(const Json json, Session(requester_, token).GetJson(path));
  return ReadRepository(json);
}

absl::StatusOr<RepositoryListing> Api::ListUserRepositories(const std::string& token,
                                                            const std::vector<std::string>& etags,
                                                            const Progress& progress) const {
  const std::string target = absl::StrCat(
      "/user/repos?affiliation=owner,collaborator,organization_member&sort=full_name&per_page=",
      kPageSize);
  const auto tell = [&progress](int done, int total, int items) {
    if (progress != nullptr) progress(done, total, items);
  };
  Session session(requester_, token);
  ItemCollector<Repository> repositories(&ReadRepository, &Repository::id);
  const auto read_page = [&](const Page& page) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(repositories.Add(page.items));
    tell(page.number, page.total, repositories.size());
    return absl::OkStatus();
  };
  const auto compared = [&](int page) { tell(page, static_cast<int>(etags.size()), 0); };
  KOZMIC_ASSIGN_OR_RETURN(ListTags tags, ReadListIfChanged(session, target, kMostRepositoryPages,
                                                           etags, read_page, compared));
  return RepositoryListing{.repositories = repositories.Take(),
                           .etags = std::move(tags.etags),
                           .not_modified = tags.not_modified};
}

absl::StatusOr<std::vector<Collaborator>> Api::ListCollaborators(
    const std::string& token, absl::string_view repository) const {
  KOZMIC_ASSIGN_OR_RETURN(
      const std::string path,
      RepositoryPath(repository,
                     absl::StrCat("/collaborators?affiliation=all&per_page=", kPageSize)));
  Session session(requester_, token);
  return ReadList(session, path, kMostCollaboratorPages, &ReadCollaborator, &Collaborator::user_id);
}

}  // namespace kozmic::github
