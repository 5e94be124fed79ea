#include "services/project/github/acting_users.h"

#include <algorithm>
#include <utility>

#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/github/github_errors.h"

namespace kozmic::project {
namespace {

// Each costs a request at GitHub; those whose sign-in is good no more cost none.
constexpr int kMostTries = 5;
constexpr size_t kMostCandidates = 100;

absl::Status AdminNeeded() {
  return WithReason(absl::FailedPreconditionError(
                        "nobody who has signed in here has admin rights to the repository at "
                        "GitHub; someone who has must sign in"),
                    "admin_needed");
}

// Of several errors the one that says most about what to do: GitHub's being away may hide a yes.
int Weight(const absl::Status& status) {
  const std::string reason = Reason(status);
  if (absl::IsUnavailable(status)) return 3;
  if (reason == "admin_needed") return 2;
  return reason == "repository_not_found" ? 1 : 0;
}

// Whether somebody else may succeed where this failed.
bool IsPersonal(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status) ||
         absl::IsNotFound(status) || Reason(status) == "sign_in_needed";
}

}  // namespace

RepositoryFacts FactsOf(const github::Repository& repository) {
  return {.repository_id = repository.id,
          .repository = repository.full_name,
          .is_private = repository.is_private,
          .url = repository.html_url,
          .default_branch = repository.default_branch.empty() ? "main" : repository.default_branch};
}

absl::StatusOr<std::vector<int64_t>> ActingUsers::Candidates(
    const ProjectRecord& project, std::optional<int64_t> preferred) const {
  KOZMIC_ASSIGN_OR_RETURN(const auto members, access_.ListMembers(project.project_id));
  std::vector<int64_t> candidates;
  const auto add = [&](int64_t user_id) {
    const bool known = std::count(candidates.begin(), candidates.end(), user_id) > 0;
    if (!known && candidates.size() < kMostCandidates) candidates.push_back(user_id);
  };
  for (const Membership& member : members) {
    if (member.user_id == preferred && member.may_admin) add(member.user_id);
  }
  add(project.owner_user_id);
  for (const Membership& member : members) {
    if (member.may_admin) add(member.user_id);
  }
  return candidates;
}

absl::StatusOr<Actor> ActingUsers::Try(const ProjectRecord& project, int64_t user_id,
                                       const std::string& token) const {
  auto repository = github_.GetRepository(token, project.facts.repository);
  if (absl::IsUnauthenticated(repository.status())) tokens_.ReportRefused(user_id, token);
  if (!repository.ok()) return FromGithub(repository.status());
  // Another repository has the name by now, or GitHub shows this one to no one under it.
  if (repository->id != project.facts.repository_id) {
    return FromGithub(absl::NotFoundError("another repository has this name"));
  }
  if (!repository->may_admin) return AdminNeeded();
  return Actor{.user_id = user_id, .token = token, .repository = *std::move(repository)};
}

absl::StatusOr<Actor> ActingUsers::FindAdmin(const ProjectRecord& project,
                                             std::optional<int64_t> preferred) const {
  KOZMIC_ASSIGN_OR_RETURN(const auto candidates, Candidates(project, preferred));
  absl::Status error = SignInNeeded();
  int tries = 0;
  for (const int64_t user_id : candidates) {
    if (tries == kMostTries) break;
    const auto token = tokens_.GithubToken(user_id);
    tries += token.ok() ? 1 : 0;
    auto actor = token.ok() ? Try(project, user_id, *token) : token.status();
    if (!actor.ok()) {
      if (Weight(actor.status()) > Weight(error)) error = actor.status();
      continue;
    }
    const RepositoryFacts facts = FactsOf(actor->repository);
    if (facts != project.facts) {
      Log(Severity::kInfo, "a repository has changed at GitHub",
          {{"project", project.project_id},
           {"was", project.facts.repository},
           {"is", facts.repository},
           {"private", facts.is_private}});
      const absl::Status noted = projects_.SetFacts(project.project_id, facts);
      // A project that is being removed needs no notes.
      if (!noted.ok() && !absl::IsNotFound(noted)) return noted;
    }
    return actor;
  }
  return error;
}

absl::Status ActingUsers::Do(const ProjectRecord& project, const Act& act) const {
  const auto token = tokens_.GithubToken(project.owner_user_id);
  absl::Status done = token.status();
  if (token.ok()) {
    done = act(*token, project.facts.repository);
    if (absl::IsUnauthenticated(done)) tokens_.ReportRefused(project.owner_user_id, *token);
  }
  if (!IsPersonal(done)) return done;
  const auto actor = FindAdmin(project);
  // Then the first word stands, unless trying again may help.
  if (!actor.ok()) return absl::IsUnavailable(actor.status()) ? actor.status() : done;
  return act(actor->token, actor->repository.full_name);
}

}  // namespace kozmic::project
