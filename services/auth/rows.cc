#include "services/auth/rows.h"

#include "absl/strings/str_cat.h"

namespace kozmic::auth {

UserRecord ReadUser(const pqxx::row& row) {
  return {.user_id = row[0].as<int64_t>(),
          .profile = {.github_id = row[1].as<int64_t>(),
                      .login = row[2].as<std::string>(),
                      .display_name = row[3].as<std::string>(),
                      .avatar_url = row[4].as<std::string>()},
          .notification_email = row[5].as<std::string>()};
}

std::string Micros(absl::string_view column) {
  return absl::StrCat("(extract(epoch FROM ", column, ") * 1000000)::bigint");
}

std::optional<absl::Time> OptionalTime(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return TimeFromMicros(field);
}

}  // namespace kozmic::auth
