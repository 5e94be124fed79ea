#ifndef KOZMIC_SERVICES_PROJECT_PROJECTS_PROJECT_ROWS_H_
#define KOZMIC_SERVICES_PROJECT_PROJECTS_PROJECT_ROWS_H_

#include "lib/postgres/pool.h"
#include "services/project/projects/project_store.h"

namespace kozmic::project {

// The columns of `projects` that make a ProjectRecord, and how many they are.
inline constexpr char kProjectColumns[] =
    "project_id, repository_id, repository, private, url, default_branch, owner_user_id, "
    "(extract(epoch FROM create_time) * 1000000)::bigint, "
    "(extract(epoch FROM sync_time) * 1000000)::bigint, sync_error";
inline constexpr int kProjectColumnCount = 10;

inline ProjectRecord ReadProject(const pqxx::row& row) {
  return {.project_id = row[0].as<int64_t>(),
          .facts = {.repository_id = row[1].as<int64_t>(),
                    .repository = row[2].as<std::string>(),
                    .is_private = row[3].as<bool>(),
                    .url = row[4].as<std::string>(),
                    .default_branch = row[5].as<std::string>()},
          .owner_user_id = row[6].as<int64_t>(),
          .create_time = TimeFromMicros(row[7]),
          .sync_time = TimeFromMicros(row[8]),
          .sync_error = row[9].as<std::string>()};
}

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_PROJECTS_PROJECT_ROWS_H_
