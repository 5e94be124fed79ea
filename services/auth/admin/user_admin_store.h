#ifndef KOZMIC_SERVICES_AUTH_ADMIN_USER_ADMIN_STORE_H_
#define KOZMIC_SERVICES_AUTH_ADMIN_USER_ADMIN_STORE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kozmic/auth/v1/admin.pb.h"
#include "lib/postgres/pool.h"

namespace kozmic::auth {

// The installation's users as AdminService shows them and takes their access. Thread-safe.
// UNAVAILABLE when the database is away.
class UserAdminStore {
 public:
  virtual ~UserAdminStore() = default;

  // Those with greater numbers than `after`, by number; who administers is not said. What counts as
  // good is so at `now`.
  virtual absl::StatusOr<std::vector<v1::ListedUser>> List(int64_t after, int limit,
                                                           absl::Time now) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<v1::SignOutUserResponse> SignOut(int64_t user_id) = 0;
};

// `pool` must outlive it.
std::unique_ptr<UserAdminStore> NewPostgresUserAdminStore(PostgresPool& pool);

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_ADMIN_USER_ADMIN_STORE_H_
