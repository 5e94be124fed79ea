#ifndef KOZMIC_SERVICES_PROJECT_PROJECT_STORE_H_
#define KOZMIC_SERVICES_PROJECT_PROJECT_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace kozmic::project {

// What a member may do grows with the number; the numbers are stored.
enum class Role { kNone = 0, kMember = 1, kManager = 2, kOwner = 3 };

struct ProjectRecord {
  int64_t project_id = 0;
  int64_t repository_id = 0;
  // "owner/name"
  std::string repository = {};
  bool is_private = false;
  std::string url = {};
  int64_t owner_user_id = 0;
  absl::Time create_time = {};
};

// A project as one of its members sees it.
struct MemberProject {
  ProjectRecord project = {};
  Role role = Role::kNone;
};

struct HookRecord {
  int64_t hook_id = 0;
  int64_t project_id = 0;
  std::string title = {};
  std::string image = {};
  std::string script = {};
  absl::Time create_time = {};
};

// Where projects, their members and hooks are kept. Thread-safe. Besides what each method names,
// all may fail as PostgresPool does; UNAVAILABLE is worth another try.
class ProjectStore {
 public:
  virtual ~ProjectStore() = default;

  // Adds the project and its owner as a member; numbers and dates it. ALREADY_EXISTS when its
  // repository has a project.
  virtual absl::StatusOr<ProjectRecord> CreateProject(const ProjectRecord& project) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<ProjectRecord> GetProject(int64_t project_id) = 0;
  // NOT_FOUND when there is no such project or the user is not its member.
  virtual absl::StatusOr<MemberProject> GetProjectOf(int64_t user_id, int64_t project_id) = 0;
  // Those with a number above `after`, by number, at most `limit`.
  virtual absl::StatusOr<std::vector<MemberProject>> ListProjectsOf(int64_t user_id, int64_t after,
                                                                    int limit) = 0;

  // A number for a new hook.
  virtual absl::StatusOr<int64_t> NextHookId() = 0;
  // Adds a hook that is not yet at GitHub: its deliveries are taken, but it builds nothing and is
  // not listed. Dates it.
  virtual absl::StatusOr<HookRecord> AddHook(const HookRecord& hook,
                                             const std::string& sealed_secret) = 0;
  // Notes GitHub's number of the hook; it counts from now on. NOT_FOUND.
  virtual absl::Status ActivateHook(int64_t hook_id, int64_t github_hook_id) = 0;
  // With its deliveries. Idempotent.
  virtual absl::Status RemoveHook(int64_t hook_id) = 0;
  // The first hook with a number above `after` that was added at least `age` ago and has never
  // become active.
  virtual absl::StatusOr<std::optional<HookRecord>> NextUnfinishedHook(int64_t after,
                                                                       absl::Duration age) = 0;
  // Like RemoveHook, unless the hook is active.
  virtual absl::Status RemoveUnfinishedHook(int64_t hook_id) = 0;
  // By number.
  virtual absl::StatusOr<std::vector<HookRecord>> ListHooks(int64_t project_id) = 0;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_PROJECT_STORE_H_
