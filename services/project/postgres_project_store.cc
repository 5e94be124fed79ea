#include "services/project/postgres_project_store.h"

#include "absl/strings/str_cat.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::project {
namespace {

constexpr char kProjectColumns[] =
    "project_id, repository_id, repository, private, url, owner_user_id, "
    "(extract(epoch FROM create_time) * 1000000)::bigint";
constexpr char kHookColumns[] =
    "hook_id, project_id, title, image, script, "
    "(extract(epoch FROM create_time) * 1000000)::bigint";

ProjectRecord ReadProject(const pqxx::row& row) {
  return {.project_id = row[0].as<int64_t>(),
          .repository_id = row[1].as<int64_t>(),
          .repository = row[2].as<std::string>(),
          .is_private = row[3].as<bool>(),
          .url = row[4].as<std::string>(),
          .owner_user_id = row[5].as<int64_t>(),
          .create_time = TimeFromMicros(row[6])};
}

MemberProject ReadMemberProject(const pqxx::row& row) {
  return {.project = ReadProject(row), .role = static_cast<Role>(row[7].as<int>())};
}

HookRecord ReadHook(const pqxx::row& row) {
  return {.hook_id = row[0].as<int64_t>(),
          .project_id = row[1].as<int64_t>(),
          .title = row[2].as<std::string>(),
          .image = row[3].as<std::string>(),
          .script = row[4].as<std::string>(),
          .create_time = TimeFromMicros(row[5])};
}

absl::Status NoSuchProject() { return absl::NotFoundError("no such project"); }

}  // namespace

absl::StatusOr<ProjectRecord> PostgresProjectStore::CreateProject(const ProjectRecord& project) {
  ProjectRecord created;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    created = ReadProject(tx.exec_params1(
        absl::StrCat("INSERT INTO projects (repository_id, repository, private, url, owner_user_id)"
                     " VALUES ($1, $2, $3, $4, $5) RETURNING ",
                     kProjectColumns),
        project.repository_id, project.repository, project.is_private, project.url,
        project.owner_user_id));
    tx.exec_params0("INSERT INTO members (project_id, user_id, role) VALUES ($1, $2, $3)",
                    created.project_id, project.owner_user_id, static_cast<int>(Role::kOwner));
    return absl::OkStatus();
  }));
  return created;
}

absl::StatusOr<ProjectRecord> PostgresProjectStore::GetProject(int64_t project_id) {
  ProjectRecord project;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("SELECT ", kProjectColumns, " FROM projects WHERE project_id = $1"),
        project_id);
    if (rows.empty()) return NoSuchProject();
    project = ReadProject(rows[0]);
    return absl::OkStatus();
  }));
  return project;
}

absl::StatusOr<MemberProject> PostgresProjectStore::GetProjectOf(int64_t user_id,
                                                                 int64_t project_id) {
  MemberProject project;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows =
        tx.exec_params(absl::StrCat("SELECT ", kProjectColumns,
                                    ", role FROM projects JOIN members USING (project_id)"
                                    " WHERE project_id = $1 AND user_id = $2"),
                       project_id, user_id);
    if (rows.empty()) return NoSuchProject();
    project = ReadMemberProject(rows[0]);
    return absl::OkStatus();
  }));
  return project;
}

absl::StatusOr<std::vector<MemberProject>> PostgresProjectStore::ListProjectsOf(int64_t user_id,
                                                                                int64_t after,
                                                                                int limit) {
  std::vector<MemberProject> projects;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    projects.clear();
    for (const pqxx::row& row :
         tx.exec_params(absl::StrCat("SELECT ", kProjectColumns,
                                     ", role FROM projects JOIN members USING (project_id)"
                                     " WHERE user_id = $1 AND project_id > $2"
                                     " ORDER BY project_id LIMIT $3"),
                        user_id, after, limit)) {
      projects.push_back(ReadMemberProject(row));
    }
    return absl::OkStatus();
  }));
  return projects;
}

absl::StatusOr<int64_t> PostgresProjectStore::NextHookId() {
  int64_t hook_id = 0;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    hook_id =
        tx.exec1("SELECT nextval(pg_get_serial_sequence('hooks', 'hook_id'))")[0].as<int64_t>();
    return absl::OkStatus();
  }));
  return hook_id;
}

absl::StatusOr<HookRecord> PostgresProjectStore::AddHook(const HookRecord& hook,
                                                         const std::string& sealed_secret) {
  HookRecord added;
  const absl::Status status = pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    added = ReadHook(tx.exec_params1(
        absl::StrCat("INSERT INTO hooks (hook_id, project_id, title, image, script, secret)"
                     " OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6) RETURNING ",
                     kHookColumns),
        hook.hook_id, hook.project_id, hook.title, hook.image, hook.script, sealed_secret));
    return absl::OkStatus();
  });
  // The only constraint that it can violate: its project has gone.
  if (absl::IsFailedPrecondition(status)) return NoSuchProject();
  KOZMIC_RETURN_IF_ERROR(status);
  return added;
}

absl::Status PostgresProjectStore::ActivateHook(int64_t hook_id, int64_t github_hook_id) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result result = tx.exec_params(
        "UPDATE hooks SET github_hook_id = $2 WHERE hook_id = $1", hook_id, github_hook_id);
    if (result.affected_rows() == 0) return absl::NotFoundError("no such hook");
    return absl::OkStatus();
  });
}

absl::Status PostgresProjectStore::RemoveHook(int64_t hook_id) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    tx.exec_params0("DELETE FROM hooks WHERE hook_id = $1", hook_id);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<HookRecord>> PostgresProjectStore::NextUnfinishedHook(
    int64_t after, absl::Duration age) {
  std::optional<HookRecord> hook;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("SELECT ", kHookColumns,
                     " FROM hooks WHERE github_hook_id IS NULL AND hook_id > $1"
                     " AND create_time <= now() - $2::interval ORDER BY hook_id LIMIT 1"),
        after, absl::StrCat(absl::ToInt64Milliseconds(age), " milliseconds"));
    if (!rows.empty()) hook = ReadHook(rows[0]);
    return absl::OkStatus();
  }));
  return hook;
}

absl::Status PostgresProjectStore::RemoveUnfinishedHook(int64_t hook_id) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    tx.exec_params0("DELETE FROM hooks WHERE hook_id = $1 AND github_hook_id IS NULL", hook_id);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<HookRecord>> PostgresProjectStore::ListHooks(int64_t project_id) {
  std::vector<HookRecord> hooks;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    hooks.clear();
    for (const pqxx::row& row : tx.exec_params(
             absl::StrCat("SELECT ", kHookColumns,
                          " FROM hooks WHERE project_id = $1 AND github_hook_id IS NOT NULL"
                          " ORDER BY hook_id"),
             project_id)) {
      hooks.push_back(ReadHook(row));
    }
    return absl::OkStatus();
  }));
  return hooks;
}

}  // namespace kozmic::project
