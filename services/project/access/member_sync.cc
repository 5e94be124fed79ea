#include "services/project/access/member_sync.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/status/macros.h"
#include "services/project/github/github_errors.h"

namespace kozmic::project {

absl::StatusOr<std::vector<Membership>> MemberSync::Ask(const Actor& actor,
                                                        int64_t owner_user_id) const {
  const auto collaborators = github_.ListCollaborators(actor.token, actor.repository.full_name);
  if (!collaborators.ok()) return FromGithub(collaborators.status());
  std::map<int64_t, const github::Collaborator*> by_github_id;
  std::vector<int64_t> github_ids;
  for (const github::Collaborator& one : *collaborators) {
    if (!one.may_pull) continue;
    by_github_id[one.user_id] = &one;
    github_ids.push_back(one.user_id);
  }
  KOZMIC_ASSIGN_OR_RETURN(const std::vector<KnownUser> known, users_.ByGithubId(github_ids));
  std::vector<Access> access;
  for (const KnownUser& user : known) {
    const auto found = by_github_id.find(user.github_id);
    if (found == by_github_id.end()) continue;
    access.push_back({.user_id = user.user_id,
                      .may_push = found->second->may_push,
                      .may_admin = found->second->may_admin});
  }
  return MembersOf(std::move(access), owner_user_id);
}

absl::Status MemberSync::Sync(const ProjectSyncClaim& claimed,
                              std::optional<int64_t> preferred) const {
  const ProjectRecord& project = claimed.project;
  const auto members = [&]() -> absl::StatusOr<std::vector<Membership>> {
    KOZMIC_ASSIGN_OR_RETURN(const Actor actor, actors_.FindAdmin(project, preferred));
    return Ask(actor, project.owner_user_id);
  }();
  if (members.ok()) {
    return store_.FinishProjectSync(project.project_id, claimed.claim, *members, NextInterval());
  }
  Log(Severity::kWarning, "cannot learn who belongs to a project",
      {{"project", project.project_id},
       {"repository", project.facts.repository},
       {"error", members.status()}});
  const int failures = claimed.claim.failures + 1;
  const absl::Duration delay =
      std::max(Backoff(failures, options_.first_retry, options_.longest_retry, random_),
               AskedWait(members.status()));
  store_
      .FailProjectSync(project.project_id, claimed.claim, std::string(members.status().message()),
                       delay)
      .IgnoreError();
  return members.status();
}

absl::Duration MemberSync::NextInterval() const {
  return options_.interval * (1 + 0.1 * random_.Unit());
}

absl::Status MemberSync::SyncNow(int64_t project_id, int64_t asking_user_id) const {
  KOZMIC_ASSIGN_OR_RETURN(const auto claimed, store_.ClaimProjectSync(options_.claim, project_id));
  if (!claimed.has_value()) return absl::NotFoundError("no such project");
  return Sync(*claimed, asking_user_id);
}

absl::StatusOr<bool> MemberSync::SyncNext() const {
  KOZMIC_ASSIGN_OR_RETURN(const auto claimed,
                          store_.ClaimProjectSync(options_.claim, std::nullopt));
  if (!claimed.has_value()) return false;
  // An error is noted with the project.
  Sync(*claimed, std::nullopt).IgnoreError();
  return true;
}

}  // namespace kozmic::project
