#include "services/project/credentials/postgres_credential_store.h"

#include "absl/strings/str_cat.h"
#include "lib/history/settings_history.h"
#include "lib/status/macros.h"

namespace kozmic::project {
namespace {

constexpr char kKeyColumns[] =
    "project_id, public_key, private_key, fingerprint, github_key_id, error,"
    " (extract(epoch FROM create_time) * 1000000)::bigint,"
    " (extract(epoch FROM check_time) * 1000000)::bigint";
constexpr char kSecretColumns[] =
    "name, value, size, (extract(epoch FROM update_time) * 1000000)::bigint";

DeployKeyRecord ReadKey(const pqxx::row& row) {
  DeployKeyRecord key{.project_id = row[0].as<int64_t>(),
                      .public_key = row[1].as<std::string>(),
                      .sealed_private_key = row[2].as<std::string>(),
                      .fingerprint = row[3].as<std::string>(),
                      .error = row[5].as<std::string>(),
                      .create_time = TimeFromMicros(row[6]),
                      .check_time = TimeFromMicros(row[7])};
  if (!row[4].is_null()) key.github_key_id = row[4].as<int64_t>();
  return key;
}

SecretRecord ReadSecret(const pqxx::row& row) {
  return {.name = row[0].as<std::string>(),
          .sealed_value = row[1].as<std::string>(),
          .size = row[2].as<int64_t>(),
          .update_time = TimeFromMicros(row[3])};
}

template <typename Transaction>
absl::Status SelectKey(Transaction& tx, int64_t project_id, DeployKeyRecord* key) {
  const pqxx::result rows = tx.exec_params(
      absl::StrCat("SELECT ", kKeyColumns, " FROM deploy_keys WHERE project_id = $1"), project_id);
  if (rows.empty()) return absl::NotFoundError("the project has no deploy key");
  *key = ReadKey(rows[0]);
  return absl::OkStatus();
}

std::string SecretSubject(const std::string& name) { return absl::StrCat("secrets/", name); }

// A number or NULL.
std::optional<std::string> OrNull(std::optional<int64_t> number) {
  if (!number.has_value()) return std::nullopt;
  return absl::StrCat(*number);
}

}  // namespace

absl::StatusOr<DeployKeyRecord> PostgresCredentialStore::GetDeployKey(int64_t project_id) {
  DeployKeyRecord key;
  KOZMIC_RETURN_IF_ERROR(
      pool_.Autocommit([&](pqxx::nontransaction& tx) { return SelectKey(tx, project_id, &key); }));
  return key;
}

absl::StatusOr<DeployKeyRecord> PostgresCredentialStore::AddDeployKey(const DeployKeyRecord& key,
                                                                      const Author& by) {
  DeployKeyRecord kept;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) {
    const pqxx::result added = tx.exec_params(
        "INSERT INTO deploy_keys (project_id, public_key, private_key, fingerprint)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (project_id) DO NOTHING",
        key.project_id, key.public_key, key.sealed_private_key, key.fingerprint);
    if (added.affected_rows() > 0) {
      AddChange(tx, key.project_id, by,
                {.subject = "deployKey",
                 .action = Change::Action::kAdded,
                 .fields = {{.field = "fingerprint", .after = key.fingerprint}}});
    }
    return SelectKey(tx, key.project_id, &kept);
  }));
  return kept;
}

absl::Status PostgresCredentialStore::ReplaceDeployKey(const DeployKeyRecord& key,
                                                       const std::string& was, const Author& by) {
  return pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    const std::optional<std::string> github_key_id = OrNull(key.github_key_id);
    const pqxx::result result = tx.exec_params(
        "UPDATE deploy_keys SET public_key = $2, private_key = $3, fingerprint = $4,"
        " github_key_id = $5, error = '', create_time = now(), check_time = now()"
        " WHERE project_id = $1 AND fingerprint = $6",
        key.project_id, key.public_key, key.sealed_private_key, key.fingerprint,
        github_key_id.has_value() ? github_key_id->c_str() : nullptr, was);
    if (result.affected_rows() == 0) {
      return absl::FailedPreconditionError("the deploy key was changed meanwhile; look again");
    }
    AddChange(tx, key.project_id, by,
              {.subject = "deployKey",
               .action = Change::Action::kChanged,
               .fields = {{.field = "fingerprint", .before = was, .after = key.fingerprint}}});
    return absl::OkStatus();
  });
}

absl::Status PostgresCredentialStore::NoteDeployKey(int64_t project_id,
                                                    const std::string& fingerprint,
                                                    std::optional<int64_t> github_key_id,
                                                    const std::string& error) {
  return pool_.Autocommit([&](pqxx::nontransaction& tx) {
    const std::optional<std::string> number = OrNull(github_key_id);
    tx.exec_params0(
        "UPDATE deploy_keys SET github_key_id = $3, error = $4, check_time = now()"
        " WHERE project_id = $1 AND fingerprint = $2",
        project_id, fingerprint, number.has_value() ? number->c_str() : nullptr, error);
    return absl::OkStatus();
  });
}

absl::StatusOr<SecretRecord> PostgresCredentialStore::SetSecret(int64_t project_id,
                                                                const SecretRecord& secret,
                                                                int64_t most, int64_t most_bytes,
                                                                const Author& by) {
  SecretRecord kept;
  KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    // The project's row orders those who set secrets at once.
    if (tx.exec_params("SELECT FROM projects WHERE project_id = $1 AND state = 2 FOR UPDATE",
                       project_id)
            .empty()) {
      return absl::NotFoundError("no such project");
    }
    const pqxx::row others = tx.exec_params1(
        "SELECT count(*) FILTER (WHERE name <> $2),"
        " coalesce(sum(size) FILTER (WHERE name <> $2), 0),"
        " count(*) FILTER (WHERE name = $2) FROM secrets WHERE project_id = $1",
        project_id, secret.name);
    const bool is_new = others[2].as<int64_t>() == 0;
    if (others[0].as<int64_t>() >= most || others[1].as<int64_t>() + secret.size > most_bytes) {
      return absl::ResourceExhaustedError("too many secrets");
    }
    kept = ReadSecret(tx.exec_params1(
        absl::StrCat("INSERT INTO secrets (project_id, name, value, size) VALUES ($1, $2, $3, $4)"
                     " ON CONFLICT (project_id, name) DO UPDATE SET value = excluded.value,"
                     " size = excluded.size, update_time = now() RETURNING ",
                     kSecretColumns),
        project_id, secret.name, secret.sealed_value, secret.size));
    AddChange(tx, project_id, by,
              {.subject = SecretSubject(secret.name),
               .title = secret.name,
               .action = is_new ? Change::Action::kAdded : Change::Action::kChanged});
    return absl::OkStatus();
  }));
  return kept;
}

absl::StatusOr<std::vector<SecretRecord>> PostgresCredentialStore::ListSecrets(int64_t project_id) {
  std::vector<SecretRecord> secrets;
  KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
    secrets.clear();
    for (const pqxx::row& row :
         tx.exec_params(absl::StrCat("SELECT ", kSecretColumns,
                                     " FROM secrets WHERE project_id = $1 ORDER BY name"),
                        project_id)) {
      secrets.push_back(ReadSecret(row));
    }
    return absl::OkStatus();
  }));
  return secrets;
}

absl::Status PostgresCredentialStore::DeleteSecret(int64_t project_id, const std::string& name,
                                                   const Author& by) {
  return pool_.Transact([&](pqxx::work& tx) -> absl::Status {
    const pqxx::result result =
        tx.exec_params("DELETE FROM secrets WHERE project_id = $1 AND name = $2", project_id, name);
    if (result.affected_rows() == 0) return absl::NotFoundError("no such secret");
    AddChange(tx, project_id, by,
              {.subject = SecretSubject(name), .title = name, .action = Change::Action::kRemoved});
    return absl::OkStatus();
  });
}

}  // namespace kozmic::project
