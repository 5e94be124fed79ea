#ifndef KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_STORE_H_
#define KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/history/change.h"
#include "services/project/hooks/hook_fields.h"

namespace kozmic::project {

struct HookRecord {
  int64_t hook_id = 0;
  int64_t project_id = 0;
  HookFields fields = {};
  // GitHub's number of its webhook; unknown while that is being made.
  std::optional<int64_t> github_hook_id = {};
  absl::Time create_time = {};
  absl::Time update_time = {};
};

// Where hooks are kept, and in their project's history who changed them. Thread-safe, also between
// processes. Besides what each method names, all may fail as PostgresPool does.
class HookStore {
 public:
  virtual ~HookStore() = default;

  // A number for a new hook.
  virtual absl::StatusOr<int64_t> NextHookId() = 0;
  // Adds a hook that is not yet at GitHub: its deliveries are taken, but it builds nothing and is
  // not listed. Dates it. NOT_FOUND when its project has gone; ALREADY_EXISTS if the title must be
  // the only one and is not, those included that are not yet at GitHub.
  virtual absl::StatusOr<HookRecord> AddHook(const HookRecord& hook,
                                             const std::string& sealed_secret, const Author& by,
                                             bool only_title) = 0;
  // Notes GitHub's number of the hook; it counts from now on, and when it did not before, the
  // history tells who added it. NOT_FOUND.
  virtual absl::Status ActivateHook(int64_t hook_id, int64_t github_hook_id) = 0;
  // Takes back a hook that never counted, with its deliveries. Idempotent.
  virtual absl::Status TakeHookBack(int64_t hook_id) = 0;
  // The first hook with a number above `after` that was added at least `age` ago and has never
  // counted.
  virtual absl::StatusOr<std::optional<HookRecord>> NextUnmadeHook(int64_t after,
                                                                   absl::Duration age) = 0;

  // Those that count, by number.
  virtual absl::StatusOr<std::vector<HookRecord>> ListHooks(int64_t project_id) = 0;
  // The same of several projects at once, by project; those without any are not in it.
  virtual absl::StatusOr<std::map<int64_t, std::vector<HookRecord>>> ListHooksOf(
      const std::vector<int64_t>& project_ids) = 0;
  // Also those that are being made, of a project in any state: all that GitHub may have.
  virtual absl::StatusOr<std::vector<HookRecord>> ListAllHooks(int64_t project_id) = 0;
  // NOT_FOUND unless it counts and is this project's.
  virtual absl::StatusOr<HookRecord> GetHook(int64_t project_id, int64_t hook_id) = 0;
  // NOT_FOUND as GetHook.
  virtual absl::StatusOr<HookRecord> SetFields(int64_t project_id, int64_t hook_id,
                                               const HookFields& fields, const Author& by) = 0;
  // The hook builds nothing any more and its secret is forgotten; its deliveries stay. `by` is
  // null when its project goes, too. Idempotent.
  virtual absl::Status RemoveHook(int64_t hook_id, const Author* by) = 0;

  // The sealed secret. NOT_FOUND.
  virtual absl::StatusOr<std::string> GetSealedSecret(int64_t hook_id) = 0;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_HOOKS_HOOK_STORE_H_
