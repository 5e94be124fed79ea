#ifndef KOZMIC_SERVICES_AUTH_ROWS_H_
#define KOZMIC_SERVICES_AUTH_ROWS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/postgres/pool.h"
#include "services/auth/user_record.h"

namespace kozmic::auth {

// What the stores over the tables of migrations/auth share.

// Of `users`; ReadUser reads a row that begins with them.
inline constexpr absl::string_view kUserColumns =
    "user_id, github_id, login, display_name, avatar_url, notification_email";
UserRecord ReadUser(const pqxx::row& row);

// A timestamptz column as TimeFromMicros reads it.
std::string Micros(absl::string_view column);
// The same of a column that may be NULL.
std::optional<absl::Time> OptionalTime(const pqxx::field& field);

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_ROWS_H_
