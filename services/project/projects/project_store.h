#ifndef KOZMIC_SERVICES_PROJECT_PROJECTS_PROJECT_STORE_H_
#define KOZMIC_SERVICES_PROJECT_PROJECTS_PROJECT_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/history/change.h"
#include "services/project/access/roles.h"

namespace kozmic::project {

// A project's repository as GitHub describes it.
struct RepositoryFacts {
  int64_t repository_id = 0;
  // "owner/name"
  std::string repository = {};
  bool is_private = false;
  std::string url = {};
  std::string default_branch = {};

  bool operator==(const RepositoryFacts&) const = default;
};

struct ProjectRecord {
  int64_t project_id = 0;
  RepositoryFacts facts = {};
  // Whose GitHub token acts for the project first.
  int64_t owner_user_id = 0;
  absl::Time create_time = {};
  // When GitHub last told who has access; InfinitePast: never.
  absl::Time sync_time = absl::InfinitePast();
  std::string sync_error = {};
};

// A project as one of its members sees it.
struct MemberProject {
  ProjectRecord project = {};
  Role role = Role::kNone;
};

// A project that is to be removed, with what it has at GitHub.
struct RemovalRecord {
  ProjectRecord project = {};
  // For how long it has been under way.
  absl::Duration age = {};
  // How often it failed in a row.
  int failures = 0;
};

// Where projects are kept. Thread-safe, also between processes. Besides what each method names, all
// may fail as PostgresPool does; UNAVAILABLE is worth another try.
class ProjectStore {
 public:
  virtual ~ProjectStore() = default;

  // Adds a project that is still being made: nobody sees it yet. Numbers and dates it.
  // ALREADY_EXISTS when its repository has a project.
  virtual absl::StatusOr<ProjectRecord> AddProject(const RepositoryFacts& facts,
                                                   int64_t owner_user_id) = 0;
  // From now on it is there for its members, whom GitHub has just named: it is to be asked again
  // after `next_sync`. NOT_FOUND when it was not being made (any more).
  virtual absl::StatusOr<ProjectRecord> FinishProject(int64_t project_id,
                                                      const std::vector<Membership>& members,
                                                      absl::Duration next_sync) = 0;

  // These see only projects that are there. NOT_FOUND.
  virtual absl::StatusOr<ProjectRecord> GetProject(int64_t project_id) = 0;
  // NOT_FOUND also when the user is not its member.
  virtual absl::StatusOr<MemberProject> GetProjectOf(int64_t user_id, int64_t project_id) = 0;
  // Those with a number above `after`, by number, at most `limit`.
  virtual absl::StatusOr<std::vector<MemberProject>> ListProjectsOf(int64_t user_id, int64_t after,
                                                                    int limit) = 0;
  // By "owner/name" in any case of letters; a former name serves too, unless another project has
  // it.
  virtual absl::StatusOr<ProjectRecord> FindProject(absl::string_view repository) = 0;

  // Notes what GitHub says of its repository now (its id does not change). Remembers a former name.
  virtual absl::Status SetFacts(int64_t project_id, const RepositoryFacts& facts) = 0;

  // The sealed badge token; sets it to `fresh` first when there is none. NOT_FOUND.
  virtual absl::StatusOr<std::string> BadgeToken(int64_t project_id, const std::string& fresh) = 0;
  // In the project's history, too.
  virtual absl::Status SetBadgeToken(int64_t project_id, const std::string& sealed,
                                     const Author& by) = 0;

  // From now on nobody sees the project, and its repository may have another one. Idempotent.
  virtual absl::Status BeginRemoval(int64_t project_id) = 0;
  // Takes a project that is to be removed and due, or one that has been in the making for longer
  // than `making_age` (which then is to be removed). Nobody else gets it before `claim` has passed.
  virtual absl::StatusOr<std::optional<RemovalRecord>> ClaimRemoval(absl::Duration claim,
                                                                    absl::Duration making_age) = 0;
  // It is due again after `delay`; `error` (which may be empty) counts as a failure unless empty.
  virtual absl::Status PutRemovalOff(int64_t project_id, absl::Duration delay,
                                     const std::string& error) = 0;
  // With all that hangs on it. Only of one that is to be removed. Idempotent.
  virtual absl::Status EraseProject(int64_t project_id) = 0;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_PROJECTS_PROJECT_STORE_H_
