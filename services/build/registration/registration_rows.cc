#include "services/build/registration/registration_rows.h"

#include "absl/strings/str_cat.h"
#include "lib/postgres/array.h"
#include "lib/postgres/prepared.h"

namespace kozmic::build {

absl::StatusOr<std::vector<std::string>> CheckRegistration(pqxx::transaction_base& tx,
                                                           const std::string& runner,
                                                           const std::string& credential_sha256) {
  const pqxx::result rows =
      ExecPrepared(tx,
                   "SELECT labels, coalesce(credential_sha256, '') FROM runner_credentials "
                   "WHERE runner = $1 FOR SHARE",
                   runner);
  const bool registered = !credential_sha256.empty();
  if (registered && (rows.empty() || credential_sha256 != rows[0][1].c_str())) {
    return absl::PermissionDeniedError(absl::StrCat(
        "this credential of runner ", runner,
        " was revoked or replaced; a new registration token lets the machine in again"));
  }
  if (!registered && !rows.empty()) {
    return absl::PermissionDeniedError(absl::StrCat(
        "runner ", runner,
        " is a registered one, with a credential of its own: choose another name, or have an "
        "administrator delete it"));
  }
  return rows.empty() ? std::vector<std::string>() : TextsFromArray(rows[0][0]);
}

}  // namespace kozmic::build
