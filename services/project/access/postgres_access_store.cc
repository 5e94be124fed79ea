#include "services/project/access/postgres_access_store.h"

#include "absl/strings/str_cat.h"
#include "lib/postgres/array.h"
#include "lib/postgres/times.h"
#include "lib/status/macros.h"
#include "services/project/access/member_rows.h"
#include "services/project/projects/project_rows.h"

namespace kozmic::project {
namespace {

// Begin, end and failures of a claim, from the row that it is made in.
constexpr char kClaimColumns[] =
    "(extract(epoch FROM now()) * 1000000)::bigint,"
    " (extract(epoch FROM due_time) * 1000000)::bigint, failures";

Claim ReadClaim(const pqxx::row& row, int column) {
  return {.begin = TimeFromMicros(row[column]),
          .end = TimeFromMicros(row[column + 1]),
          .failures = row[column + 2].as<int>()};
}

// "now() + $n::interval", or for ever.
std::string NextDue(const char* parameter) {
  return absl::StrCat("CASE WHEN ", parameter, " = '' THEN NULL ELSE now() + nullif(", parameter,
                      ", '')::interval END");
}
std::string DelayText(absl::Duration delay) {
  return delay == absl::InfiniteDuration() ? "" : Interval(delay);
}

// What the user's word makes of their memberships: $1 the user, $2 $3 $4 repositories with rights,
// $5 when GitHub was asked. A project that was synced since knows better.
constexpr char kPutMemberships[] = R"(
INSERT INTO members (project_id, user_id, role, may_admin)
SELECT p.project_id, $1, CASE WHEN p.owner_user_id = $1 AND heard.may_push THEN 3
                              WHEN heard.may_push THEN 2 ELSE 1 END, heard.may_admin
FROM unnest($2::bigint[], $3::boolean[], $4::boolean[])
     AS heard (repository_id, may_push, may_admin) JOIN projects p USING (repository_id)
WHERE p.state = 2 AND NOT p.gone AND coalesce(p.sync_time <= $5::timestamptz, true)
ON CONFLICT (user_id, project_id) DO UPDATE
SET role = excluded.role, may_admin = excluded.may_admin, change_time = now()
WHERE members.change_time <= $5::timestamptz
AND (members.role, members.may_admin) <> (excluded.role, excluded.may_admin))";

constexpr char kDropMemberships[] = R"(
WITH dropped AS (
  DELETE FROM members m USING projects p
  WHERE m.user_id = $1 AND p.project_id = m.project_id AND p.state = 2 AND NOT p.gone
  AND m.change_time <= $3::timestamptz AND coalesce(p.sync_time <= $3::timestamptz, true)
  AND p.repository_id <> ALL ($2::bigint[])
  RETURNING m.project_id)
UPDATE projects SET due_time = now() FROM dropped
WHERE projects.project_id = dropped.project_id)";

constexpr char kOtherFacts[] = R"(
SELECT project_id FROM unnest($1::bigint[], $2::text[], $3::boolean[], $4::text[], $5::text[])
     AS heard (repository_id, repository, private, url, default_branch)
     JOIN projects p USING (repository_id)
WHERE p.state = 2 AND (p.repository, p.private, p.url, p.default_branch)
      <> (heard.repository, heard.private, heard.url, heard.default_branch))";

}  // namespace

absl::StatusOr<std::vector<Membership>> PostgresAccessStore::ListMembers(int64_t project_id) {
  std::vector<Membership> members;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    members.clear();
    for (const pqxx::row& row : tx.exec_params(
             "SELECT user_id, role, may_admin FROM members WHERE project_id = $1 ORDER BY user_id",
             project_id)) {
      members.push_back({.user_id = row[0].as<int64_t>(),
                         .role = static_cast<Role>(row[1].as<int>()),
                         .may_admin = row[2].as<bool>()});
    }
    return absl::OkStatus();
  }));
  return members;
}

absl::Status PostgresAccessStore::WantProjectSync(int64_t project_id) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0(
        "UPDATE projects SET due_time = now(), failures = 0 WHERE project_id = $1 AND state = 2",
        project_id);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<ProjectSyncClaim>> PostgresAccessStore::ClaimProjectSync(
    absl::Duration claim, std::optional<int64_t> project_id) {
  std::optional<ProjectSyncClaim> claimed;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    claimed.reset();
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("WITH due AS (SELECT project_id AS id FROM projects WHERE state = 2 AND",
                     project_id.has_value() ? " project_id = $2 FOR UPDATE)"
                                            : " NOT gone AND due_time <= now() AND $2 = 0"
                                              " ORDER BY due_time LIMIT 1 FOR UPDATE SKIP LOCKED)",
                     " UPDATE projects SET due_time = now() + $1::interval FROM due"
                     " WHERE project_id = id RETURNING ",
                     kProjectColumns, ", ", kClaimColumns),
        Interval(claim), project_id.value_or(0));
    if (rows.empty()) return absl::OkStatus();
    claimed = {.project = ReadProject(rows[0]), .claim = ReadClaim(rows[0], kProjectColumnCount)};
    return absl::OkStatus();
  }));
  return claimed;
}

absl::Status PostgresAccessStore::FinishProjectSync(int64_t project_id, const Claim& claim,
                                                    const std::vector<Membership>& members,
                                                    absl::Duration next) {
  return pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    // Who asked later and was faster knows better. A wish that came meanwhile stays due.
    const pqxx::result rows = tx.exec_params(
        "UPDATE projects SET sync_time = $2::timestamptz, sync_error = '', failures = 0,"
        " gone = false,"
        " due_time = CASE WHEN due_time = $3::timestamptz THEN now() + $4::interval"
        "                 ELSE due_time END"
        " WHERE project_id = $1 AND state = 2"
        " AND coalesce(sync_time < $2::timestamptz, true) RETURNING project_id",
        project_id, Timestamp(claim.begin), Timestamp(claim.end), Interval(next));
    if (!rows.empty()) PutMembers(tx, project_id, members, claim.begin);
    return absl::OkStatus();
  });
}

absl::Status PostgresAccessStore::FailProjectSync(int64_t project_id, const Claim& claim,
                                                  const std::string& error, absl::Duration next) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0(
        "UPDATE projects SET sync_error = $3, failures = failures + 1,"
        " due_time = CASE WHEN due_time = $2::timestamptz THEN now() + $4::interval"
        "                 ELSE due_time END"
        " WHERE project_id = $1 AND state = 2",
        project_id, Timestamp(claim.end), error, Interval(next));
    return absl::OkStatus();
  });
}

absl::Status PostgresAccessStore::MarkGone(int64_t project_id) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0(
        "UPDATE projects SET gone = true, sync_error = 'The repository was deleted at GitHub.'"
        " WHERE project_id = $1 AND state = 2",
        project_id);
    return absl::OkStatus();
  });
}

absl::Status PostgresAccessStore::WantUserSync(int64_t user_id) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0(
        "INSERT INTO user_syncs (user_id) VALUES ($1) ON CONFLICT (user_id) DO UPDATE"
        " SET due_time = now() WHERE NOT user_syncs.running OR user_syncs.due_time <= now()",
        user_id);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<UserSyncClaim>> PostgresAccessStore::ClaimUserSync(
    absl::Duration claim) {
  std::optional<UserSyncClaim> claimed;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    claimed.reset();
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("WITH due AS (SELECT user_id AS id FROM user_syncs WHERE due_time <= now()"
                     "  ORDER BY due_time LIMIT 1 FOR UPDATE SKIP LOCKED)"
                     " UPDATE user_syncs SET running = true, pages_done = 0, pages_total = 0,"
                     " repositories = 0, start_time = now(), due_time = now() + $1::interval"
                     " FROM due WHERE user_id = id RETURNING user_id, etags, ",
                     kClaimColumns),
        Interval(claim));
    if (rows.empty()) return absl::OkStatus();
    claimed = {.user_id = rows[0][0].as<int64_t>(),
               .etags = TextsFromArray(rows[0][1]),
               .claim = ReadClaim(rows[0], 2)};
    return absl::OkStatus();
  }));
  return claimed;
}

absl::Status PostgresAccessStore::ReportUserSync(UserSyncClaim& claimed, absl::Duration extend,
                                                 int pages_done, int pages_total,
                                                 int repositories) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    const pqxx::result rows = tx.exec_params(
        absl::StrCat("UPDATE user_syncs SET pages_done = $3, pages_total = $4, repositories = $5,"
                     " due_time = now() + $6::interval"
                     " WHERE user_id = $1 AND due_time = $2::timestamptz RETURNING ",
                     kClaimColumns),
        claimed.user_id, Timestamp(claimed.claim.end), pages_done, pages_total, repositories,
        Interval(extend));
    if (rows.empty()) return absl::CancelledError("somebody else syncs this user now");
    claimed.claim.end = ReadClaim(rows[0], 0).end;
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<int64_t>> PostgresAccessStore::FinishUserSync(
    const UserSyncClaim& claimed, const std::vector<RepositoryAccess>& access,
    const std::vector<UserRepository>& repositories, const std::vector<std::string>& etags,
    absl::Duration next) {
  std::vector<int64_t> heard;
  std::vector<bool> may_push, may_admin, heard_privates;
  std::vector<std::string> heard_names, heard_urls, heard_branches;
  for (const RepositoryAccess& one : access) {
    heard.push_back(one.facts.repository_id);
    heard_names.push_back(one.facts.repository);
    heard_privates.push_back(one.facts.is_private);
    heard_urls.push_back(one.facts.url);
    heard_branches.push_back(one.facts.default_branch);
    may_push.push_back(one.may_push || one.may_admin);
    may_admin.push_back(one.may_admin);
  }
  std::vector<int64_t> ids;
  std::vector<std::string> names, avatars, descriptions, urls;
  std::vector<bool> organizations, privates;
  for (const UserRepository& one : repositories) {
    ids.push_back(one.repository_id);
    names.push_back(one.repository);
    avatars.push_back(one.owner_avatar_url);
    organizations.push_back(one.owner_is_organization);
    privates.push_back(one.is_private);
    descriptions.push_back(one.description);
    urls.push_back(one.url);
  }
  std::vector<int64_t> described_otherwise;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    described_otherwise.clear();
    const pqxx::result mine = tx.exec_params(
        "UPDATE user_syncs SET running = false, success_time = now(), error = '',"
        " error_reason = '', failures = 0, repositories = $3, etags = $4::text[],"
        " due_time = now() + $5::interval"
        " WHERE user_id = $1 AND due_time = $2::timestamptz RETURNING user_id",
        claimed.user_id, Timestamp(claimed.claim.end), repositories.size(), ToArray(etags),
        Interval(next));
    if (mine.empty()) return absl::CancelledError("somebody else syncs this user now");
    const std::string begin = Timestamp(claimed.claim.begin);
    tx.exec_params0(kPutMemberships, claimed.user_id, ToArray(heard), ToArray(may_push),
                    ToArray(may_admin), begin);
    tx.exec_params0(kDropMemberships, claimed.user_id, ToArray(heard), begin);
    tx.exec_params0("DELETE FROM user_repositories WHERE user_id = $1", claimed.user_id);
    tx.exec_params0(
        "INSERT INTO user_repositories (user_id, repository_id, repository, owner_avatar_url,"
        " owner_is_organization, private, description, url) SELECT $1, * FROM"
        " unnest($2::bigint[], $3::text[], $4::text[], $5::boolean[], $6::boolean[], $7::text[],"
        " $8::text[]) ON CONFLICT DO NOTHING",
        claimed.user_id, ToArray(ids), ToArray(names), ToArray(avatars), ToArray(organizations),
        ToArray(privates), ToArray(descriptions), ToArray(urls));
    for (const pqxx::row& row :
         tx.exec_params(kOtherFacts, ToArray(heard), ToArray(heard_names), ToArray(heard_privates),
                        ToArray(heard_urls), ToArray(heard_branches))) {
      described_otherwise.push_back(row[0].as<int64_t>());
    }
    return absl::OkStatus();
  }));
  return described_otherwise;
}

absl::Status PostgresAccessStore::ConfirmUserSync(const UserSyncClaim& claimed,
                                                  absl::Duration next) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0(
        "UPDATE user_syncs SET running = false, success_time = now(), error = '',"
        " error_reason = '', failures = 0, due_time = now() + $3::interval, repositories ="
        " (SELECT count(*) FROM user_repositories r WHERE r.user_id = $1)"
        " WHERE user_id = $1 AND due_time = $2::timestamptz",
        claimed.user_id, Timestamp(claimed.claim.end), Interval(next));
    return absl::OkStatus();
  });
}

absl::Status PostgresAccessStore::FailUserSync(const UserSyncClaim& claimed,
                                               const std::string& reason, const std::string& error,
                                               absl::Duration next) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    tx.exec_params0(
        absl::StrCat("UPDATE user_syncs SET running = false, error_reason = $3,"
                     " error = $4, failures = failures + 1, due_time = ",
                     NextDue("$5::text"), " WHERE user_id = $1 AND due_time = $2::timestamptz"),
        claimed.user_id, Timestamp(claimed.claim.end), reason, error, DelayText(next));
    return absl::OkStatus();
  });
}

absl::StatusOr<UserSyncRecord> PostgresAccessStore::GetUserSync(int64_t user_id) {
  UserSyncRecord sync;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
    // What is due waits for its turn, which a reader takes for running.
    const pqxx::result rows = tx.exec_params(
        "SELECT running OR coalesce(due_time <= now(), false), pages_done, pages_total,"
        " repositories, (extract(epoch FROM start_time) * 1000000)::bigint,"
        " (extract(epoch FROM success_time) * 1000000)::bigint, error_reason, error"
        " FROM user_syncs WHERE user_id = $1",
        user_id);
    if (rows.empty()) return absl::OkStatus();
    const pqxx::row row = rows[0];
    sync = {.running = row[0].as<bool>(),
            .pages_done = row[1].as<int>(),
            .pages_total = row[2].as<int>(),
            .repositories = row[3].as<int>(),
            .start_time = TimeFromMicros(row[4]),
            .success_time = TimeFromMicros(row[5]),
            .error_reason = row[6].as<std::string>(),
            .error = row[7].as<std::string>()};
    return absl::OkStatus();
  }));
  return sync;
}

absl::StatusOr<std::vector<UserRepository>> PostgresAccessStore::ListRepositories(
    int64_t user_id, absl::string_view after, int limit) {
  std::vector<UserRepository> repositories;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    repositories.clear();
    for (const pqxx::row& row : tx.exec_params(
             "SELECT repository_id, repository, owner_avatar_url, owner_is_organization, private,"
             " description, url FROM user_repositories r WHERE user_id = $1"
             " AND lower(repository) COLLATE \"C\" > $2 AND NOT EXISTS (SELECT FROM projects p"
             "   WHERE p.repository_id = r.repository_id AND p.state <> 3)"
             " ORDER BY lower(repository) COLLATE \"C\" LIMIT $3",
             user_id, std::string(after), limit)) {
      repositories.push_back({.repository_id = row[0].as<int64_t>(),
                              .repository = row[1].as<std::string>(),
                              .owner_avatar_url = row[2].as<std::string>(),
                              .owner_is_organization = row[3].as<bool>(),
                              .is_private = row[4].as<bool>(),
                              .description = row[5].as<std::string>(),
                              .url = row[6].as<std::string>()});
    }
    return absl::OkStatus();
  }));
  return repositories;
}

}  // namespace kozmic::project
