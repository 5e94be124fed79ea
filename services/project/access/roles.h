#ifndef KOZMIC_SERVICES_PROJECT_ACCESS_ROLES_H_
#define KOZMIC_SERVICES_PROJECT_ACCESS_ROLES_H_

#include <cstdint>
#include <vector>

namespace kozmic::project {

// What a member may do grows with the number; the numbers are stored.
enum class Role { kNone = 0, kMember = 1, kManager = 2, kOwner = 3 };

enum class Permission { kView, kConfigure, kDelete };

bool Allows(Role role, Permission permission);

// A user who may at least pull from a repository, as GitHub says.
struct Access {
  int64_t user_id = 0;
  bool may_push = false;
  bool may_admin = false;

  bool operator==(const Access&) const = default;
};

struct Membership {
  int64_t user_id = 0;
  Role role = Role::kNone;
  // At GitHub, for the project's sake.
  bool may_admin = false;

  bool operator==(const Membership&) const = default;
};

// The members of a project whose owner has been `owner_user_id`, given all who have access to its
// repository: who may push manages, the others watch. The owner stays owner for as long as they may
// push; after that, ownership falls to the administrator whom Kozmic CI has known for longest (the
// smallest id), or to nobody until there is one. By user id.
std::vector<Membership> MembersOf(std::vector<Access> access, int64_t owner_user_id);

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_ACCESS_ROLES_H_
