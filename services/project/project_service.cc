#include "services/project/project_service.h"

#include "lib/rpc/authorize.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/macros.h"
#include "services/project/names.h"

namespace kozmic::project {

absl::StatusOr<MemberProject> ProjectService::MemberProjectOf(int64_t user_id, int64_t project_id,
                                                              Permission permission) const {
  KOZMIC_ASSIGN_OR_RETURN(MemberProject member,
                          parts_.project_store.GetProjectOf(user_id, project_id));
  if (!Allows(member.role, permission)) {
    return absl::PermissionDeniedError("your role in this project does not allow that");
  }
  return member;
}

absl::StatusOr<ProjectService::Allowed> ProjectService::Allow(const Caller& caller,
                                                              int64_t project_id,
                                                              Permission permission) const {
  Allowed allowed;
  KOZMIC_ASSIGN_OR_RETURN(allowed.user_id, CallingUser(caller));
  KOZMIC_ASSIGN_OR_RETURN(allowed.member, MemberProjectOf(allowed.user_id, project_id, permission));
  return allowed;
}

absl::StatusOr<ProjectService::Allowed> ProjectService::Allow(const Caller& caller,
                                                              absl::string_view pattern,
                                                              const std::string& name,
                                                              Permission permission) const {
  KOZMIC_RETURN_IF_ERROR(RequireUser(caller));
  int64_t project_id = 0;
  KOZMIC_RETURN_IF_ERROR(ParseName(pattern, name, {&project_id}));
  return Allow(caller, project_id, permission);
}

absl::StatusOr<Author> ProjectService::AuthorOf(const Caller& caller) const {
  KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, CallingUser(caller));
  KOZMIC_ASSIGN_OR_RETURN(const std::vector<KnownUser> users, parts_.users.ByUserId({user_id}));
  if (users.empty()) return absl::UnauthenticatedError("sign in again");
  return Author{
      .user_id = user_id, .login = users.front().login, .by_access_token = caller.by_access_token};
}

}  // namespace kozmic::project
