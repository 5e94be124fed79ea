#ifndef KOZMIC_SERVICES_PROJECT_HOOKS_POSTGRES_HOOK_STORE_H_
#define KOZMIC_SERVICES_PROJECT_HOOKS_POSTGRES_HOOK_STORE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/project/hooks/hook_store.h"

namespace kozmic::project {

// HookStore over the tables of migrations/project.
class PostgresHookStore final : public HookStore {
 public:
  // `pool` must outlive this.
  explicit PostgresHookStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<int64_t> NextHookId() override;
  absl::StatusOr<HookRecord> AddHook(const HookRecord& hook, const std::string& sealed_secret,
                                     const Author& by, bool only_title) override;
  absl::Status ActivateHook(int64_t hook_id, int64_t github_hook_id) override;
  absl::Status TakeHookBack(int64_t hook_id) override;
  absl::StatusOr<std::optional<HookRecord>> NextUnmadeHook(int64_t after,
                                                           absl::Duration age) override;
  absl::StatusOr<std::vector<HookRecord>> ListHooks(int64_t project_id) override;
  absl::StatusOr<std::map<int64_t, std::vector<HookRecord>>> ListHooksOf(
      const std::vector<int64_t>& project_ids) override;
  absl::StatusOr<std::vector<HookRecord>> ListAllHooks(int64_t project_id) override;
  absl::StatusOr<HookRecord> GetHook(int64_t project_id, int64_t hook_id) override;
  absl::StatusOr<HookRecord> SetFields(int64_t project_id, int64_t hook_id,
                                       const HookFields& fields, const Author& by) override;
  absl::Status RemoveHook(int64_t hook_id, const Author* by) override;
  absl::StatusOr<std::string> GetSealedSecret(int64_t hook_id) override;

 private:
  absl::StatusOr<std::vector<HookRecord>> List(int64_t project_id, const char* condition);

  PostgresPool& pool_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_HOOKS_POSTGRES_HOOK_STORE_H_
