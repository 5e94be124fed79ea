#ifndef KOZMIC_SERVICES_PROJECT_CREDENTIALS_POSTGRES_SEALED_STORE_H_
#define KOZMIC_SERVICES_PROJECT_CREDENTIALS_POSTGRES_SEALED_STORE_H_

#include <string>
#include <vector>

#include "lib/postgres/pool.h"
#include "services/project/credentials/sealed_store.h"

namespace kozmic::project {

// SealedStore over the tables of migrations/project.
class PostgresSealedStore final : public SealedStore {
 public:
  // `pool` must outlive this.
  explicit PostgresSealedStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<SealedValue>> List(SealedKind kind, const std::string& after,
                                                int limit) override;
  absl::StatusOr<bool> Replace(SealedKind kind, const SealedValue& value,
                               const std::string& fresh) override;

 private:
  PostgresPool& pool_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CREDENTIALS_POSTGRES_SEALED_STORE_H_
