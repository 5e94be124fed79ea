#ifndef KOZMIC_SERVICES_AUTH_USER_RECORD_H_
#define KOZMIC_SERVICES_AUTH_USER_RECORD_H_

#include <cstdint>
#include <string>

namespace kozmic::auth {

// A user as GitHub describes them.
struct Profile {
  int64_t github_id = 0;
  std::string login = {};
  std::string display_name = {};
  std::string avatar_url = {};

  bool operator==(const Profile&) const = default;
};

struct UserRecord {
  int64_t user_id = 0;
  Profile profile = {};
  // Where mail goes to; empty: nowhere. For services and the user themselves.
  std::string notification_email = {};
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_USER_RECORD_H_
