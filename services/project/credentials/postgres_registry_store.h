#ifndef KOZMIC_SERVICES_PROJECT_CREDENTIALS_POSTGRES_REGISTRY_STORE_H_
#define KOZMIC_SERVICES_PROJECT_CREDENTIALS_POSTGRES_REGISTRY_STORE_H_

#include <string>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/project/credentials/registry_store.h"

namespace kozmic::project {

// RegistryStore over the tables of migrations/project.
class PostgresRegistryStore final : public RegistryStore {
 public:
  // `pool` must outlive this.
  explicit PostgresRegistryStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<RegistryRecord> Set(int64_t project_id, const RegistryRecord& record, int64_t most,
                                     const Author& by) override;
  absl::StatusOr<std::vector<RegistryRecord>> List(int64_t project_id) override;
  absl::Status Delete(int64_t project_id, const std::string& registry, const Author& by) override;

 private:
  PostgresPool& pool_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CREDENTIALS_POSTGRES_REGISTRY_STORE_H_
