#include "services/auth/admin/user_admin_service.h"

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/rpc/authorize.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/macros.h"

namespace kozmic::auth {
namespace {

constexpr int kMostUsers = 500;

}  // namespace

grpc::ServerUnaryReactor* UserAdminService::ListUsers(grpc::CallbackServerContext* context,
                                                      const v1::ListUsersRequest* request,
                                                      v1::ListUsersResponse* response) {
  return unary_.Run(context, "ListUsers", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
    if (request->page_size() < 0 || request->page_size() > kMostUsers) {
      return absl::InvalidArgumentError(absl::StrCat("page_size: must be 0 to ", kMostUsers));
    }
    int64_t after = 0;
    if (!request->page_token().empty()) {
      KOZMIC_RETURN_IF_ERROR(ParseName("users/{user}", request->page_token(), {&after}));
    }
    const int size = request->page_size() == 0 ? kMostUsers : request->page_size();
    KOZMIC_ASSIGN_OR_RETURN(std::vector<v1::ListedUser> users,
                            store_.List(after, size + 1, clock_.Now()));
    const bool more = users.size() > static_cast<size_t>(size);
    if (more) users.pop_back();
    for (v1::ListedUser& user : users) {
      user.set_is_admin(admins_.Has(user.login()));
      response->add_users()->Swap(&user);
    }
    if (more) response->set_next_page_token(response->users(size - 1).name());
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* UserAdminService::SignOutUser(grpc::CallbackServerContext* context,
                                                        const v1::SignOutUserRequest* request,
                                                        v1::SignOutUserResponse* response) {
  return unary_.Run(context, "SignOutUser", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
    KOZMIC_RETURN_IF_ERROR(RequireSession(caller));
    int64_t user_id = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName("users/{user}", request->name(), {&user_id}));
    KOZMIC_ASSIGN_OR_RETURN(*response, store_.SignOut(user_id));
    Log(Severity::kInfo, "a user was signed out", {{"user", request->name()}, {"by", caller.name}});
    return absl::OkStatus();
  });
}

}  // namespace kozmic::auth
