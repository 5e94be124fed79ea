#include "services/project/projects/postgres_project_store.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/history/settings_history.h"
#include "lib/postgres/times.h"
#include "lib/status/macros.h"
#include "services/project/access/member_rows.h"
#include "services/project/projects/project_rows.h"

namespace kozmic::project {
namespace {

constexpr char kReady[] = "state = 2";

MemberProject ReadMemberProject(const pqxx::row& row) {
  return {.project = ReadProject(row),
          .role = static_cast<Role>(row[kProjectColumnCount].as<int>())};
}

absl::Status NoSuchProject() { return absl::NotFoundError("no such project"); }

// The one project that a statement answers.
template <typename Transaction, typename... Parameters>
absl::Status ReadOne(Transaction& tx, ProjectRecord* project, const std::string& statement,
                     Parameters&&... parameters) {
  const pqxx::result rows = tx.exec_params(statement, parameters...);
  if (rows.empty()) return NoSuchProject();
  *project = ReadProject(rows[0]);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ProjectRecord> PostgresProjectStore::AddProject(const RepositoryFacts& facts,
                                                               int64_t owner_user_id) {
  ProjectRecord created;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    return ReadOne(tx, &created,
                   absl::StrCat("INSERT INTO projects (repository_id, repository, private, url,"
                                " default_branch, owner_user_id, state)"
                                " VALUES ($1, $2, $3, $4, $5, $6, 1) RETURNING ",
                                kProjectColumns),
                   facts.repository_id, facts.repository, facts.is_private, facts.url,
                   facts.default_branch, owner_user_id);
  }));
  return created;
}

absl::StatusOr<ProjectRecord> PostgresProjectStore::FinishProject(
    int64_t project_id, const std::vector<Membership>& members, absl::Duration next_sync) {
  ProjectRecord project;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(
        ReadOne(tx, &project,
                absl::StrCat("UPDATE projects SET state = 2, state_time = now(), sync_time = now(),"
                             " due_time = now() + $2::interval"
                             " WHERE project_id = $1 AND state = 1 RETURNING ",
                             kProjectColumns),
                project_id, Interval(next_sync)));
    PutMembers(tx, project_id, members);
    // A name that it has now is no other one's former name.
    tx.exec_params0("DELETE FROM former_names WHERE repository = $1",
                    absl::AsciiStrToLower(project.facts.repository));
    return absl::OkStatus();
  }));
  return project;
}

absl::StatusOr<ProjectRecord> PostgresProjectStore::GetProject(int64_t project_id) {
  ProjectRecord project;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    return ReadOne(tx, &project,
                   absl::StrCat("SELECT ", kProjectColumns,
                                " FROM projects WHERE project_id = $1 AND ", kReady),
                   project_id);
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
                                    " WHERE project_id = $1 AND user_id = $2 AND ",
                                    kReady),
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
                                     " WHERE user_id = $1 AND project_id > $2 AND ",
                                     kReady, " ORDER BY project_id LIMIT $3"),
                        user_id, after, limit)) {
      projects.push_back(ReadMemberProject(row));
    }
    return absl::OkStatus();
  }));
  return projects;
}

absl::StatusOr<ProjectRecord> PostgresProjectStore::FindProject(absl::string_view repository) {
  ProjectRecord project;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    return ReadOne(tx, &project,
                   absl::StrCat("SELECT ", kProjectColumns, " FROM projects WHERE ", kReady,
                                " AND (lower(repository) = $1 OR project_id IN"
                                " (SELECT project_id FROM former_names WHERE repository = $1))"
                                " ORDER BY lower(repository) = $1 DESC LIMIT 1"),
                   absl::AsciiStrToLower(repository));
  }));
  return project;
}

absl::Status PostgresProjectStore::SetFacts(int64_t project_id, const RepositoryFacts& facts) {
  return pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    const pqxx::result before =
        tx.exec_params(absl::StrCat("SELECT repository FROM projects WHERE project_id = $1 AND ",
                                    kReady, " FOR UPDATE"),
                       project_id);
    if (before.empty()) return NoSuchProject();
    tx.exec_params0(
        "UPDATE projects SET repository = $2, private = $3, url = $4, default_branch = $5"
        " WHERE project_id = $1",
        project_id, facts.repository, facts.is_private, facts.url, facts.default_branch);
    const std::string former = absl::AsciiStrToLower(before[0][0].as<std::string>());
    const std::string current = absl::AsciiStrToLower(facts.repository);
    if (former == current) return absl::OkStatus();
    tx.exec_params0("DELETE FROM former_names WHERE repository = $1", current);
    tx.exec_params0(
        "INSERT INTO former_names VALUES ($1, $2)"
        " ON CONFLICT (repository) DO UPDATE SET project_id = excluded.project_id",
        former, project_id);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::string> PostgresProjectStore::BadgeToken(int64_t project_id,
                                                             const std::string& fresh) {
  std::string token;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    // Badges are asked for by everybody's browsers: only the first one writes.
    pqxx::result rows = tx.exec_params(
        absl::StrCat("SELECT badge_token FROM projects WHERE project_id = $1 AND ", kReady),
        project_id);
    if (!rows.empty() && rows[0][0].is_null()) {
      rows =
          tx.exec_params(absl::StrCat("UPDATE projects SET badge_token = coalesce(badge_token, $2)"
                                      " WHERE project_id = $1 AND ",
                                      kReady, " RETURNING badge_token"),
                         project_id, fresh);
    }
    if (rows.empty()) return NoSuchProject();
    token = rows[0][0].as<std::string>();
    return absl::OkStatus();
  }));
  return token;
}

absl::Status PostgresProjectStore::SetBadgeToken(int64_t project_id, const std::string& sealed,
                                                 const Author& by) {
  return pool_.Transact([&](pqxx::work& tx) {
    const auto set = tx.exec_params("UPDATE projects SET badge_token = $2 WHERE project_id = $1",
                                    project_id, sealed);
    if (set.affected_rows() > 0) AddChange(tx, project_id, by, {.subject = "badge"});
    return absl::OkStatus();
  });
}

absl::Status PostgresProjectStore::BeginRemoval(int64_t project_id) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0(
        "UPDATE projects SET state = 3, state_time = now(), due_time = now(), failures = 0"
        " WHERE project_id = $1 AND state <> 3",
        project_id);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<RemovalRecord>> PostgresProjectStore::ClaimRemoval(
    absl::Duration claim, absl::Duration making_age) {
  std::optional<RemovalRecord> removal;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    removal.reset();
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("WITH due AS (SELECT project_id AS id, state AS was FROM projects"
                     "  WHERE state = 3 AND due_time <= now()"
                     "  OR state = 1 AND state_time <= now() - $2::interval"
                     "  ORDER BY due_time LIMIT 1 FOR UPDATE SKIP LOCKED)"
                     " UPDATE projects SET state = 3, due_time = now() + $1::interval,"
                     " state_time = CASE WHEN was = 1 THEN now() ELSE state_time END"
                     " FROM due WHERE project_id = id RETURNING ",
                     kProjectColumns,
                     ", (extract(epoch FROM now() - state_time) * 1000000)::bigint, failures"),
        Interval(claim), Interval(making_age));
    if (rows.empty()) return absl::OkStatus();
    removal = {.project = ReadProject(rows[0]),
               .age = absl::Microseconds(rows[0][kProjectColumnCount].as<int64_t>()),
               .failures = rows[0][kProjectColumnCount + 1].as<int>()};
    return absl::OkStatus();
  }));
  return removal;
}

absl::Status PostgresProjectStore::PutRemovalOff(int64_t project_id, absl::Duration delay,
                                                 const std::string& error) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0(
        "UPDATE projects SET due_time = now() + $2::interval, sync_error = $3,"
        " failures = CASE WHEN $3 = '' THEN 0 ELSE failures + 1 END"
        " WHERE project_id = $1 AND state = 3",
        project_id, Interval(delay), error);
    return absl::OkStatus();
  });
}

absl::Status PostgresProjectStore::EraseProject(int64_t project_id) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0("DELETE FROM projects WHERE project_id = $1 AND state = 3", project_id);
    return absl::OkStatus();
  });
}

}  // namespace kozmic::project
