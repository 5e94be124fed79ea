#include "services/project/access/member_rows.h"

#include "lib/postgres/array.h"
#include "lib/postgres/times.h"

namespace kozmic::project {

void PutMembers(pqxx::work& tx, int64_t project_id, const std::vector<Membership>& members,
                absl::Time as_of) {
  std::vector<int64_t> users;
  std::vector<int64_t> roles;
  std::vector<bool> admins;
  for (const Membership& member : members) {
    users.push_back(member.user_id);
    roles.push_back(static_cast<int64_t>(member.role));
    admins.push_back(member.may_admin);
    if (member.role == Role::kOwner) {
      tx.exec_params0("UPDATE projects SET owner_user_id = $2 WHERE project_id = $1", project_id,
                      member.user_id);
    }
  }
  tx.exec_params0(
      "DELETE FROM members WHERE project_id = $1 AND user_id <> ALL ($2::bigint[])"
      " AND change_time <= $3::timestamptz",
      project_id, ToArray(users), Timestamp(as_of));
  tx.exec_params0(
      "INSERT INTO members (project_id, user_id, role, may_admin)"
      " SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::boolean[])"
      " ON CONFLICT (user_id, project_id) DO UPDATE SET role = excluded.role,"
      " may_admin = excluded.may_admin, change_time = now()"
      " WHERE members.change_time <= $5::timestamptz"
      " AND (members.role, members.may_admin) <> (excluded.role, excluded.may_admin)",
      project_id, ToArray(users), ToArray(roles), ToArray(admins), Timestamp(as_of));
}

}  // namespace kozmic::project
