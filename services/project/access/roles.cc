#include "services/project/access/roles.h"

#include <algorithm>

namespace kozmic::project {

bool Allows(Role role, Permission permission) {
  switch (permission) {
    case Permission::kView:
      return role >= Role::kMember;
    case Permission::kConfigure:
      return role >= Role::kManager;
    case Permission::kDelete:
      return role >= Role::kOwner;
  }
  return false;
}

std::vector<Membership> MembersOf(std::vector<Access> access, int64_t owner_user_id) {
  std::sort(access.begin(), access.end(),
            [](const Access& a, const Access& b) { return a.user_id < b.user_id; });
  const auto is_owner = [&](const Access& one) {
    return one.user_id == owner_user_id && (one.may_push || one.may_admin);
  };
  auto owner = std::find_if(access.begin(), access.end(), is_owner);
  if (owner == access.end()) {
    owner = std::find_if(access.begin(), access.end(), [](const Access& a) { return a.may_admin; });
  }
  std::vector<Membership> members;
  members.reserve(access.size());
  for (auto one = access.begin(); one != access.end(); ++one) {
    // GitHub lists nobody twice; should it, the first word counts.
    if (!members.empty() && members.back().user_id == one->user_id) continue;
    Role role = one->may_push || one->may_admin ? Role::kManager : Role::kMember;
    if (one == owner) role = Role::kOwner;
    members.push_back({.user_id = one->user_id, .role = role, .may_admin = one->may_admin});
  }
  return members;
}

}  // namespace kozmic::project
