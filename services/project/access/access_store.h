#ifndef KOZMIC_SERVICES_PROJECT_ACCESS_ACCESS_STORE_H_
#define KOZMIC_SERVICES_PROJECT_ACCESS_ACCESS_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/project/access/roles.h"
#include "services/project/projects/project_store.h"

namespace kozmic::project {

// A turn at asking GitHub, which nobody else has for now. Times are the database's.
struct Claim {
  // When it began: what GitHub answers from then on is newer.
  absl::Time begin = {};
  // Until when nobody else takes it; tells this claim from later ones.
  absl::Time end = {};
  int failures = 0;
};

struct ProjectSyncClaim {
  ProjectRecord project = {};
  Claim claim = {};
};

struct UserSyncClaim {
  int64_t user_id = 0;
  // Of GitHub's pages at the last success.
  std::vector<std::string> etags = {};
  Claim claim = {};
};

// A repository that a user has access to.
struct UserRepository {
  int64_t repository_id = 0;
  // "owner/name"
  std::string repository = {};
  std::string owner_avatar_url = {};
  bool owner_is_organization = false;
  bool is_private = false;
  std::string description = {};
  std::string url = {};

  bool operator==(const UserRepository&) const = default;
};

// What a user may do with one.
struct RepositoryAccess {
  RepositoryFacts facts = {};
  bool may_push = false;
  bool may_admin = false;
};

struct UserSyncRecord {
  bool running = false;
  // While running. The total is 0 while unknown.
  int pages_done = 0;
  int pages_total = 0;
  int repositories = 0;
  // InfinitePast: never.
  absl::Time start_time = absl::InfinitePast();
  absl::Time success_time = absl::InfinitePast();
  // Of the newest attempt; empty when it did not fail.
  std::string error_reason = {};
  std::string error = {};
};

// Who has access to what, as GitHub said, and when it is to be asked again. Thread-safe, also
// between processes. All may fail as PostgresPool does, besides what each method names.
//
// Two views of the same facts come together here: all users of one project, and all projects of one
// user. What was asked later counts: the answer to an older question changes nothing that a newer
// one has settled.
class AccessStore {
 public:
  virtual ~AccessStore() = default;

  // Of a project in any state, by user id.
  virtual absl::StatusOr<std::vector<Membership>> ListMembers(int64_t project_id) = 0;

  // The project's sync is due now. Idempotent; also during a sync, which is then followed by
  // another.
  virtual absl::Status WantProjectSync(int64_t project_id) = 0;
  // Takes a project whose sync is due; with a number that project, due or not. nullopt when there
  // is none.
  virtual absl::StatusOr<std::optional<ProjectSyncClaim>> ClaimProjectSync(
      absl::Duration claim, std::optional<int64_t> project_id = std::nullopt) = 0;
  // Replaces the members, and makes the owner among them the project's. Due again after `next`. A
  // repository that was gone is back.
  virtual absl::Status FinishProjectSync(int64_t project_id, const Claim& claim,
                                         const std::vector<Membership>& members,
                                         absl::Duration next) = 0;
  virtual absl::Status FailProjectSync(int64_t project_id, const Claim& claim,
                                       const std::string& error, absl::Duration next) = 0;
  // GitHub itself said that the repository was deleted: its members stay as they are, and nobody is
  // asked any more.
  virtual absl::Status MarkGone(int64_t project_id) = 0;

  // The user's sync is due now; a user who is not known yet becomes so.
  virtual absl::Status WantUserSync(int64_t user_id) = 0;
  virtual absl::StatusOr<std::optional<UserSyncClaim>> ClaimUserSync(absl::Duration claim) = 0;
  // How far it is; nobody else gets it before `extend` has passed from now. CANCELLED when it
  // is somebody else's by now.
  virtual absl::Status ReportUserSync(UserSyncClaim& claimed, absl::Duration extend, int pages_done,
                                      int pages_total, int repositories) = 0;
  // Replaces the user's memberships and the list of repositories to make projects of. A project
  // that loses a member by it is due to be synced itself: a listing in pages can miss a repository,
  // and an owner needs a successor. Answers the projects whose repository is described otherwise
  // than they know it. CANCELLED when it is somebody else's by now.
  virtual absl::StatusOr<std::vector<int64_t>> FinishUserSync(
      const UserSyncClaim& claimed, const std::vector<RepositoryAccess>& access,
      const std::vector<UserRepository>& repositories, const std::vector<std::string>& etags,
      absl::Duration next) = 0;
  // GitHub says that nothing changed since the last success.
  virtual absl::Status ConfirmUserSync(const UserSyncClaim& claimed, absl::Duration next) = 0;
  // InfiniteDuration: not before it is wanted.
  virtual absl::Status FailUserSync(const UserSyncClaim& claimed, const std::string& reason,
                                    const std::string& error, absl::Duration next) = 0;

  // A user who was never synced has an empty one.
  virtual absl::StatusOr<UserSyncRecord> GetUserSync(int64_t user_id) = 0;
  // What the user may make a project of, and nobody has yet; names above `after`, by name in lower
  // case, at most `limit`.
  virtual absl::StatusOr<std::vector<UserRepository>> ListRepositories(int64_t user_id,
                                                                       absl::string_view after,
                                                                       int limit) = 0;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_ACCESS_ACCESS_STORE_H_
