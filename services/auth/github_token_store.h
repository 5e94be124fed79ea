#ifndef KOZMIC_SERVICES_AUTH_GITHUB_TOKEN_STORE_H_
#define KOZMIC_SERVICES_AUTH_GITHUB_TOKEN_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kozmic::auth {

struct GithubTokenRecord {
  int64_t user_id = 0;
  int64_t github_id = 0;
  std::string sealed = {};
};

// Where the users' GitHub tokens are kept, sealed; sign-ins put them there (AuthStore). What
// changes a token here names the one that it means, so that a newer one is never lost. Thread-safe.
// Besides what each method names, all may fail as PostgresPool does; UNAVAILABLE is worth another
// try.
class GithubTokenStore {
 public:
  struct Change {
    int64_t user_id = 0;
    std::string from = {};
    std::string to = {};
  };

  virtual ~GithubTokenStore() = default;

  // NOT_FOUND when there is no such user, or none of theirs is kept.
  virtual absl::StatusOr<GithubTokenRecord> Get(int64_t user_id) = 0;
  // Up to `limit` tokens, by user id, of the users after this one.
  virtual absl::StatusOr<std::vector<GithubTokenRecord>> List(int64_t after_user_id, int limit) = 0;
  // Makes those changes whose `from` is the user's token still. Returns how many; all of them or,
  // failing, none. `changes` are in the order of user ids.
  virtual absl::StatusOr<int> Replace(const std::vector<Change>& changes) = 0;
  // Removes the user's token if it is `sealed` still; returns whether it was.
  virtual absl::StatusOr<bool> Remove(int64_t user_id, const std::string& sealed) = 0;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_GITHUB_TOKEN_STORE_H_
