#ifndef KOZMIC_SERVICES_AUTH_ADMIN_USER_ADMIN_SERVICE_H_
#define KOZMIC_SERVICES_AUTH_ADMIN_USER_ADMIN_SERVICE_H_

#include "kozmic/auth/v1/admin.grpc.pb.h"
#include "lib/base/clock.h"
#include "lib/rpc/unary.h"
#include "services/auth/admin/user_admin_store.h"
#include "services/auth/admins.h"

namespace kozmic::auth {

// The rpc face of users for administrators. See admin.proto. Owns nothing.
class UserAdminService final : public v1::AdminService::CallbackService {
 public:
  UserAdminService(const UnaryRunner& unary, UserAdminStore& store, const Admins& admins,
                   const Clock& clock)
      : unary_(unary), store_(store), admins_(admins), clock_(clock) {}

  grpc::ServerUnaryReactor* ListUsers(grpc::CallbackServerContext* context,
                                      const v1::ListUsersRequest* request,
                                      v1::ListUsersResponse* response) override;
  grpc::ServerUnaryReactor* SignOutUser(grpc::CallbackServerContext* context,
                                        const v1::SignOutUserRequest* request,
                                        v1::SignOutUserResponse* response) override;

 private:
  const UnaryRunner& unary_;
  UserAdminStore& store_;
  const Admins& admins_;
  const Clock& clock_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_ADMIN_USER_ADMIN_SERVICE_H_
