#ifndef KOZMIC_SERVICES_PROJECT_CLIENTS_USER_DIRECTORY_H_
#define KOZMIC_SERVICES_PROJECT_CLIENTS_USER_DIRECTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace kozmic::project {

// Someone who has signed in.
struct KnownUser {
  int64_t user_id = 0;
  int64_t github_id = 0;
  std::string login = {};
  std::string display_name = {};
  std::string avatar_url = {};
  // Where mail goes to; empty: nowhere.
  std::string notification_email = {};
};

// Who has signed in to Kozmic CI. Thread-safe. UNAVAILABLE when that cannot be told.
class UserDirectory {
 public:
  virtual ~UserDirectory() = default;

  // Those of the asked that there are, in no order.
  virtual absl::StatusOr<std::vector<KnownUser>> ByUserId(const std::vector<int64_t>& ids) = 0;
  virtual absl::StatusOr<std::vector<KnownUser>> ByGithubId(const std::vector<int64_t>& ids) = 0;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CLIENTS_USER_DIRECTORY_H_
