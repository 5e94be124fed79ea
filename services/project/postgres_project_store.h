#ifndef KOZMIC_SERVICES_PROJECT_POSTGRES_PROJECT_STORE_H_
#define KOZMIC_SERVICES_PROJECT_POSTGRES_PROJECT_STORE_H_

#include <string>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/project/project_store.h"

namespace kozmic::project {

// ProjectStore over the tables of migrations/project.
class PostgresProjectStore final : public ProjectStore {
 public:
  // `pool` must outlive this.
  explicit PostgresProjectStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<ProjectRecord> CreateProject(const ProjectRecord& project) override;
  absl::StatusOr<ProjectRecord> GetProject(int64_t project_id) override;
  absl::StatusOr<MemberProject> GetProjectOf(int64_t user_id, int64_t project_id) override;
  absl::StatusOr<std::vector<MemberProject>> ListProjectsOf(int64_t user_id, int64_t after,
                                                            int limit) override;
  absl::StatusOr<int64_t> NextHookId() override;
  absl::StatusOr<HookRecord> AddHook(const HookRecord& hook,
                                     const std::string& sealed_secret) override;
  absl::Status ActivateHook(int64_t hook_id, int64_t github_hook_id) override;
  absl::Status RemoveHook(int64_t hook_id) override;
  absl::StatusOr<std::optional<HookRecord>> NextUnfinishedHook(int64_t after,
                                                               absl::Duration age) override;
  absl::Status RemoveUnfinishedHook(int64_t hook_id) override;
  absl::StatusOr<std::vector<HookRecord>> ListHooks(int64_t project_id) override;

 private:
  PostgresPool& pool_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_POSTGRES_PROJECT_STORE_H_
