#include "services/project/credentials/checkouts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::project {

absl::Status Checkouts::AddKey(const ProjectRecord& project, bool refused,
                               Checkout& checkout) const {
  auto key = parts_.keys.Get(project.project_id);
  const bool is_at_github = key.ok() && key->github_key_id.has_value();
  if (refused || !is_at_github) {
    absl::Status asked = key.status();
    if (!asked.ok() && !absl::IsNotFound(asked)) return asked;
    key = parts_.keys.Ensure(project);
  }
  if (!key.ok()) return Annotate(key.status(), "put the deploy key to GitHub");
  KOZMIC_ASSIGN_OR_RETURN(checkout.ssh_private_key, parts_.keys.Open(*key));
  // The server's keys are public; whose token asks for them does not matter.
  const auto token = parts_.tokens.GithubToken(project.owner_user_id);
  KOZMIC_ASSIGN_OR_RETURN(checkout.ssh_known_hosts,
                          parts_.ssh.KnownHosts(token.ok() ? *token : "", refused));
  checkout.clone_url = parts_.ssh.CloneUrl(project.facts.repository);
  return absl::OkStatus();
}

absl::StatusOr<Checkout> Checkouts::Issue(int64_t project_id, const Wanted& wanted) const {
  KOZMIC_ASSIGN_OR_RETURN(const ProjectRecord project, parts_.projects.GetProject(project_id));
  Checkout checkout;
  if (!project.facts.is_private) {
    checkout.clone_url = absl::StrCat(parts_.github_web_url, "/", project.facts.repository, ".git");
  } else if (wanted.fork) {
    return WithReason(
        absl::FailedPreconditionError("forks of private repositories are not built here"),
        "fork_of_private");
  } else {
    KOZMIC_RETURN_IF_ERROR(AddKey(project, wanted.refused, checkout));
  }
  if (wanted.fork) return checkout;
  KOZMIC_ASSIGN_OR_RETURN(checkout.secrets, parts_.secrets.Open(project_id));
  KOZMIC_ASSIGN_OR_RETURN(checkout.registry_credentials,
                          parts_.registries.Open(project_id, wanted.images));
  return checkout;
}

}  // namespace kozmic::project
