#include "absl/strings/str_cat.h"
#include "lib/postgres/array.h"
#include "lib/postgres/prepared.h"
#include "lib/postgres/times.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/channels.h"
#include "services/build/registration/registration_store.h"
#include "services/build/row_times.h"
#include "services/build/wait_rows.h"

namespace kozmic::build {
namespace {

constexpr int kMostListed = 500;

absl::Status Refused(absl::string_view why) {
  return WithReason(absl::PermissionDeniedError(absl::StrCat("this registration token ", why,
                                                             ": ask an administrator for another")),
                    "registration_refused");
}

absl::Status NameTaken(const std::string& runner) {
  return WithReason(
      absl::AlreadyExistsError(absl::StrCat("there is a runner called ", runner,
                                            ": choose another name, or have it revoked first")),
      "runner_exists");
}

std::string TokenColumns() {
  return absl::StrCat("registration_token_id, display_name, runner, labels, creator, used_by, ",
                      Micros("create_time"), " AS created, ", Micros("expire_time"),
                      " AS expires, ", Micros("use_time"), " AS used");
}

v1::RegistrationToken ReadToken(const pqxx::row& row) {
  v1::RegistrationToken token;
  token.set_name(absl::StrCat("registrationTokens/", row["registration_token_id"].as<int64_t>()));
  token.set_display_name(row["display_name"].c_str());
  token.set_runner(row["runner"].c_str());
  for (std::string& label : TextsFromArray(row["labels"])) token.add_labels(std::move(label));
  token.set_creator(row["creator"].c_str());
  SetTime(row["created"], token.mutable_create_time());
  SetTime(row["expires"], token.mutable_expire_time());
  if (!row["used"].is_null()) SetTime(row["used"], token.mutable_use_time());
  token.set_used_by(row["used_by"].c_str());
  return token;
}

class PostgresRegistrationStore final : public RegistrationStore {
 public:
  explicit PostgresRegistrationStore(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<v1::RegistrationToken> CreateToken(const NewRegistrationToken& token) override {
    v1::RegistrationToken created;
    KOZMIC_RETURN_IF_ERROR(pool_.Transact([&](pqxx::work& tx) {
      tx.exec_params(
          "DELETE FROM registration_tokens "
          "WHERE coalesce(use_time, expire_time) < now() - interval '30 days'");
      created = ReadToken(tx.exec_params1(
          absl::StrCat("INSERT INTO registration_tokens (token_sha256, display_name, runner, "
                       "  labels, creator, expire_time) "
                       "VALUES ($1, $2, $3, $4::text[], $5, now() + $6::interval) RETURNING ",
                       TokenColumns()),
          token.token_sha256, token.display_name, token.runner, ToArray(token.labels),
          token.creator, Interval(token.lifetime)));
      return absl::OkStatus();
    }));
    return created;
  }

  absl::StatusOr<v1::ListRegistrationTokensResponse> ListTokens() override {
    v1::ListRegistrationTokensResponse response;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) {
      response.Clear();
      for (const auto& row : tx.exec_params(
               absl::StrCat("SELECT ", TokenColumns(),
                            " FROM registration_tokens ORDER BY registration_token_id DESC LIMIT ",
                            kMostListed))) {
        *response.add_registration_tokens() = ReadToken(row);
      }
      return absl::OkStatus();
    }));
    return response;
  }

  absl::Status DeleteToken(int64_t token) override {
    return pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
      const pqxx::result deleted =
          tx.exec_params("DELETE FROM registration_tokens WHERE registration_token_id = $1", token);
      if (deleted.affected_rows() == 0) return absl::NotFoundError("no such registration token");
      return absl::OkStatus();
    });
  }

  absl::Status Register(const std::string& token_sha256, const std::string& runner,
                        const std::string& credential_sha256) override {
    return pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      const pqxx::result tokens = tx.exec_params(
          "SELECT registration_token_id, runner, labels, creator, use_time IS NOT NULL AS used, "
          "  used_by, used_with_sha256, expire_time <= now() AS expired "
          "FROM registration_tokens WHERE token_sha256 = $1 FOR UPDATE",
          token_sha256);
      if (tokens.empty()) return Refused("is not known here, or was taken back");
      const pqxx::row token = tokens[0];
      if (token["used"].as<bool>()) {
        if (runner == token["used_by"].c_str() &&
            credential_sha256 == token["used_with_sha256"].c_str()) {
          return absl::OkStatus();
        }
        return Refused(absl::StrCat("was used already, by runner ", token["used_by"].c_str()));
      }
      if (token["expired"].as<bool>()) return Refused("has expired");
      const std::string wanted = token["runner"].c_str();
      if (!wanted.empty() && wanted != runner) {
        return Refused(absl::StrCat("is for a runner called ", wanted));
      }
      KOZMIC_RETURN_IF_ERROR(CheckNameIsFree(tx, runner));
      // Two machines may take a free name at once: the first has it.
      const pqxx::result taken = tx.exec_params(
          "INSERT INTO runner_credentials (runner, credential_sha256, labels, creator) "
          "VALUES ($1, $2, $3::text[], $4) ON CONFLICT (runner) DO UPDATE SET "
          "  credential_sha256 = excluded.credential_sha256, next_sha256 = NULL, "
          "  labels = excluded.labels, creator = excluded.creator, create_time = now(), "
          "  rotate_time = NULL, revoked_by = '', revoke_time = NULL "
          "WHERE runner_credentials.credential_sha256 IS NULL",
          runner, credential_sha256, token["labels"].c_str(), token["creator"].c_str());
      if (taken.affected_rows() == 0) return NameTaken(runner);
      // It is there from now on, without a place for jobs until it opens a session.
      tx.exec_params(
          "INSERT INTO runners (runner, session_sha256, labels, slots, version) "
          "VALUES ($1, '', $2::text[], 0, '') ON CONFLICT (runner) DO UPDATE SET "
          "  session_sha256 = '', seen_time = now()",
          runner, token["labels"].c_str());
      tx.exec_params(
          "UPDATE registration_tokens SET use_time = now(), used_by = $2, used_with_sha256 = $3 "
          "WHERE registration_token_id = $1",
          token["registration_token_id"].as<int64_t>(), runner, credential_sha256);
      return absl::OkStatus();
    });
  }

  absl::StatusOr<std::string> FindRunner(const std::string& credential_sha256) override {
    std::string runner;
    KOZMIC_RETURN_IF_ERROR(pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
      const pqxx::result rows =
          ExecPrepared(tx,
                       "SELECT runner, credential_sha256 = $1 FROM runner_credentials "
                       "WHERE credential_sha256 = $1 "
                       "  OR (next_sha256 = $1 AND credential_sha256 IS NOT NULL)",
                       credential_sha256);
      if (rows.empty()) return absl::NotFoundError("no runner has this credential");
      runner = rows[0][0].c_str();
      if (rows[0][1].as<bool>()) return absl::OkStatus();
      // Its first use. Whoever does so at the same moment finds it done.
      ExecPrepared(tx,
                   "UPDATE runner_credentials SET credential_sha256 = next_sha256, "
                   "  next_sha256 = NULL, rotate_time = now() "
                   "WHERE next_sha256 = $1 AND credential_sha256 IS NOT NULL",
                   credential_sha256);
      return absl::OkStatus();
    }));
    return runner;
  }

  absl::Status Rotate(const std::string& runner, const std::string& present_sha256,
                      const std::string& next_sha256) override {
    return pool_.Autocommit([&](pqxx::nontransaction& tx) -> absl::Status {
      const pqxx::result rows = tx.exec_params(
          "UPDATE runner_credentials SET next_sha256 = nullif($3, credential_sha256) "
          "WHERE runner = $1 AND credential_sha256 = $2",
          runner, present_sha256, next_sha256);
      if (rows.affected_rows() > 0) return absl::OkStatus();
      return absl::PermissionDeniedError("this credential was revoked or replaced");
    });
  }

  absl::Status Revoke(const std::string& runner, const std::string& by) override {
    return pool_.Transact([&](pqxx::work& tx) -> absl::Status {
      const pqxx::result rows = tx.exec_params(
          "SELECT EXISTS (SELECT FROM runner_credentials WHERE runner = $1), "
          "  EXISTS (SELECT FROM runners WHERE runner = $1)",
          runner);
      if (!rows[0][0].as<bool>()) {
        if (!rows[0][1].as<bool>()) return absl::NotFoundError("no such runner");
        return WithReason(
            absl::FailedPreconditionError("this runner has no credential of its own: it comes with "
                                          "the installation's runner token"),
            "not_registered");
      }
      const pqxx::result revoked = tx.exec_params(
          "UPDATE runner_credentials SET credential_sha256 = NULL, next_sha256 = NULL, "
          "  revoked_by = $2, revoke_time = now() "
          "WHERE runner = $1 AND credential_sha256 IS NOT NULL",
          runner, by);
      if (revoked.affected_rows() == 0) return absl::OkStatus();
      tx.exec_params("UPDATE runners SET session_sha256 = '' WHERE runner = $1", runner);
      tx.exec_params(
          "SELECT FROM attempts WHERE runner = $1 AND state = 2 ORDER BY job_id, attempt "
          "FOR UPDATE",
          runner);
      tx.exec_params(
          "UPDATE attempts SET lease_expire_time = now() "
          "WHERE runner = $1 AND state = 2 AND NOT lost",
          runner);
      tx.exec_params("SELECT pg_notify($1, $2)", kSessionsChannel, runner);
      return absl::OkStatus();
    });
  }

 private:
  // A name is a registered runner's until it is revoked, and that of one with the installation's
  // runner token while it is there.
  static absl::Status CheckNameIsFree(pqxx::work& tx, const std::string& runner) {
    const pqxx::result credentials = tx.exec_params(
        "SELECT credential_sha256 IS NOT NULL FROM runner_credentials WHERE runner = $1 FOR UPDATE",
        runner);
    if (!credentials.empty()) {
      return credentials[0][0].as<bool>() ? NameTaken(runner) : absl::OkStatus();
    }
    const pqxx::result others = tx.exec_params(
        absl::StrCat("SELECT ", kSeenOfLate, " FROM runners r WHERE r.runner = $1 FOR UPDATE"),
        runner);
    return !others.empty() && others[0][0].as<bool>() ? NameTaken(runner) : absl::OkStatus();
  }

  PostgresPool& pool_;
};

}  // namespace

std::unique_ptr<RegistrationStore> NewPostgresRegistrationStore(PostgresPool& pool) {
  return std::make_unique<PostgresRegistrationStore>(pool);
}

}  // namespace kozmic::build
