#include "services/project/projects/projects.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/github/url.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/github/github_errors.h"

namespace kozmic::project {

absl::StatusOr<MemberProject> Projects::Create(int64_t user_id,
                                               const std::string& repository) const {
  if (!github::IsRepositoryName(repository)) {
    return WithDetail(absl::InvalidArgumentError("repository: must be like owner/name"), "field",
                      "repository");
  }
  KOZMIC_ASSIGN_OR_RETURN(const std::string token, parts_.tokens.GithubToken(user_id));
  const auto found = parts_.github.GetRepository(token, repository);
  if (absl::IsUnauthenticated(found.status())) parts_.tokens.ReportRefused(user_id, token);
  if (!found.ok()) return FromGithub(found.status());
  if (!found->may_admin) {
    return WithReason(
        absl::PermissionDeniedError("you need admin rights to the repository at GitHub"),
        "admin_needed");
  }
  const auto added = parts_.store.AddProject(FactsOf(*found), user_id);
  if (absl::IsAlreadyExists(added.status())) {
    return WithReason(absl::AlreadyExistsError("this repository has a project already"),
                      "project_exists");
  }
  KOZMIC_RETURN_IF_ERROR(added.status());

  auto project = Furnish(*added, {.user_id = user_id, .token = token, .repository = *found});
  if (!project.ok()) {
    const absl::Status undone = parts_.store.BeginRemoval(added->project_id);
    parts_.wake_remover();
    if (!undone.ok()) {
      // The remover finds it by its age.
      Log(Severity::kWarning, "cannot give a half-made project up yet",
          {{"project", added->project_id}, {"error", undone}});
    }
  }
  return project;
}

absl::StatusOr<MemberProject> Projects::Furnish(const ProjectRecord& project,
                                                const Actor& actor) const {
  if (actor.repository.is_private) {
    KOZMIC_RETURN_IF_ERROR(parts_.keys.Ensure(actor, project.project_id).status());
  }
  KOZMIC_ASSIGN_OR_RETURN(std::vector<Membership> members,
                          parts_.members.Ask(actor, actor.user_id));
  // GitHub has just said that the creator has admin rights, whatever its list says.
  std::erase_if(members, [&](const Membership& m) { return m.user_id == actor.user_id; });
  for (Membership& member : members) member.role = std::min(member.role, Role::kManager);
  members.push_back({.user_id = actor.user_id, .role = Role::kOwner, .may_admin = true});
  KOZMIC_ASSIGN_OR_RETURN(
      ProjectRecord made,
      parts_.store.FinishProject(project.project_id, members, parts_.members.NextInterval()));
  return MemberProject{.project = std::move(made), .role = Role::kOwner};
}

absl::Status Projects::Delete(const ProjectRecord& project, absl::string_view typed) const {
  if (!absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(typed), project.facts.repository)) {
    return WithDetail(absl::InvalidArgumentError(absl::StrCat("Type ", project.facts.repository,
                                                              " to delete this project.")),
                      "field", "repository");
  }
  KOZMIC_RETURN_IF_ERROR(parts_.store.BeginRemoval(project.project_id));
  parts_.wake_remover();
  return absl::OkStatus();
}

}  // namespace kozmic::project
