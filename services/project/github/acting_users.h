#ifndef KOZMIC_SERVICES_PROJECT_GITHUB_ACTING_USERS_H_
#define KOZMIC_SERVICES_PROJECT_GITHUB_ACTING_USERS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/github/api.h"
#include "services/project/access/access_store.h"
#include "services/project/clients/token_source.h"
#include "services/project/projects/project_store.h"

namespace kozmic::project {

// A user in whose name something is done to a project's repository at GitHub.
struct Actor {
  int64_t user_id = 0;
  std::string token = {};
  // As GitHub just described it to them; it is the project's, under today's name.
  github::Repository repository = {};
};

// Finds who may act at GitHub for a project, so that it does not depend on one person's staying.
// Thread-safe.
class ActingUsers {
 public:
  // All must outlive this.
  ActingUsers(AccessStore& access, ProjectStore& projects, TokenSource& tokens,
              const github::Api& github)
      : access_(access), projects_(projects), tokens_(tokens), github_(github) {}

  // Someone who has admin rights to the project's repository now: the preferred user, the owner, or
  // another member. Notes when GitHub describes the repository otherwise than before (a rename).
  // Errors: FAILED_PRECONDITION sign_in_needed (nobody's sign-in is good any more) or admin_needed
  // (nobody may), NOT_FOUND repository_not_found (GitHub shows it to nobody), UNAVAILABLE
  // github_unavailable.
  absl::StatusOr<Actor> FindAdmin(const ProjectRecord& project,
                                  std::optional<int64_t> preferred = std::nullopt) const;

  // Does something for the project with a token and the repository's name: the owner's, and under
  // the name that is known, which spares a question; where GitHub refuses that for who or what it
  // is, FindAdmin's. The error is `act`'s (as lib/github's), or that nobody may act.
  using Act = std::function<absl::Status(const std::string& token, const std::string& repository)>;
  absl::Status Do(const ProjectRecord& project, const Act& act) const;

 private:
  absl::StatusOr<std::vector<int64_t>> Candidates(const ProjectRecord& project,
                                                  std::optional<int64_t> preferred) const;
  absl::StatusOr<Actor> Try(const ProjectRecord& project, int64_t user_id,
                            const std::string& token) const;

  AccessStore& access_;
  ProjectStore& projects_;
  TokenSource& tokens_;
  const github::Api& github_;
};

// GitHub's description as a project keeps it.
RepositoryFacts FactsOf(const github::Repository& repository);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_GITHUB_ACTING_USERS_H_
