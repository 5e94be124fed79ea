#ifndef KOZMIC_SERVICES_PROJECT_ACCESS_MEMBER_ROWS_H_
#define KOZMIC_SERVICES_PROJECT_ACCESS_MEMBER_ROWS_H_

#include <vector>

#include "absl/time/time.h"
#include "lib/postgres/pool.h"
#include "services/project/access/roles.h"

namespace kozmic::project {

// Makes these the members of a project, as GitHub had them at `as_of`, and the owner among them the
// project's. A member that has changed since stays: what changed them knew more.
void PutMembers(pqxx::work& tx, int64_t project_id, const std::vector<Membership>& members,
                absl::Time as_of = absl::InfiniteFuture());

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_ACCESS_MEMBER_ROWS_H_
