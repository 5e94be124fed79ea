#ifndef KOZMIC_SERVICES_PROJECT_PROJECTS_POSTGRES_PROJECT_STORE_H_
#define KOZMIC_SERVICES_PROJECT_PROJECTS_POSTGRES_PROJECT_STORE_H_

#include <string>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/project/projects/project_store.h"

namespace kozmic::project {

// ProjectStore over the tables of migrations/project.
class PostgresProjectStore final : public ProjectStore {
 public:
  // `pool` must outlive this.
  explicit PostgresProjectStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<ProjectRecord> AddProject(const RepositoryFacts& facts,
                                           int64_t owner_user_id) override;
  absl::StatusOr<ProjectRecord> FinishProject(int64_t project_id,
                                              const std::vector<Membership>& members,
                                              absl::Duration next_sync) override;
  absl::StatusOr<ProjectRecord> GetProject(int64_t project_id) override;
  absl::StatusOr<MemberProject> GetProjectOf(int64_t user_id, int64_t project_id) override;
  absl::StatusOr<std::vector<MemberProject>> ListProjectsOf(int64_t user_id, int64_t after,
                                                            int limit) override;
  absl::StatusOr<ProjectRecord> FindProject(absl::string_view repository) override;
  absl::Status SetFacts(int64_t project_id, const RepositoryFacts& facts) override;
  absl::StatusOr<std::string> BadgeToken(int64_t project_id, const std::string& fresh) override;
  absl::Status SetBadgeToken(int64_t project_id, const std::string& sealed,
                             const Author& by) override;
  absl::Status BeginRemoval(int64_t project_id) override;
  absl::StatusOr<std::optional<RemovalRecord>> ClaimRemoval(absl::Duration claim,
                                                            absl::Duration making_age) override;
  absl::Status PutRemovalOff(int64_t project_id, absl::Duration delay,
                             const std::string& error) override;
  absl::Status EraseProject(int64_t project_id) override;

 private:
  PostgresPool& pool_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_PROJECTS_POSTGRES_PROJECT_STORE_H_
