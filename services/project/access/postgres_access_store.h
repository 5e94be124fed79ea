#ifndef KOZMIC_SERVICES_PROJECT_ACCESS_POSTGRES_ACCESS_STORE_H_
#define KOZMIC_SERVICES_PROJECT_ACCESS_POSTGRES_ACCESS_STORE_H_

#include <string>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/project/access/access_store.h"

namespace kozmic::project {

// AccessStore over the tables of migrations/project.
class PostgresAccessStore final : public AccessStore {
 public:
  // `pool` must outlive this.
  explicit PostgresAccessStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<Membership>> ListMembers(int64_t project_id) override;
  absl::Status WantProjectSync(int64_t project_id) override;
  absl::StatusOr<std::optional<ProjectSyncClaim>> ClaimProjectSync(
      absl::Duration claim, std::optional<int64_t> project_id) override;
  absl::Status FinishProjectSync(int64_t project_id, const Claim& claim,
                                 const std::vector<Membership>& members,
                                 absl::Duration next) override;
  absl::Status FailProjectSync(int64_t project_id, const Claim& claim, const std::string& error,
                               absl::Duration next) override;
  absl::Status MarkGone(int64_t project_id) override;
  absl::Status WantUserSync(int64_t user_id) override;
  absl::StatusOr<std::optional<UserSyncClaim>> ClaimUserSync(absl::Duration claim) override;
  absl::Status ReportUserSync(UserSyncClaim& claimed, absl::Duration extend, int pages_done,
                              int pages_total, int repositories) override;
  absl::StatusOr<std::vector<int64_t>> FinishUserSync(
      const UserSyncClaim& claimed, const std::vector<RepositoryAccess>& access,
      const std::vector<UserRepository>& repositories, const std::vector<std::string>& etags,
      absl::Duration next) override;
  absl::Status ConfirmUserSync(const UserSyncClaim& claimed, absl::Duration next) override;
  absl::Status FailUserSync(const UserSyncClaim& claimed, const std::string& reason,
                            const std::string& error, absl::Duration next) override;
  absl::StatusOr<UserSyncRecord> GetUserSync(int64_t user_id) override;
  absl::StatusOr<std::vector<UserRepository>> ListRepositories(int64_t user_id,
                                                               absl::string_view after,
                                                               int limit) override;

 private:
  PostgresPool& pool_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_ACCESS_POSTGRES_ACCESS_STORE_H_
