#ifndef KOZMIC_SERVICES_AUTH_AUTH_STORE_H_
#define KOZMIC_SERVICES_AUTH_AUTH_STORE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

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
};

struct NewSession {
  // 32 raw bytes.
  std::string token_sha256 = {};
  absl::Time create_time = {};
  absl::Time expire_time = {};
};

// Where users and their sessions are kept. Thread-safe. Besides what each method names, all may
// fail as PostgresPool does; UNAVAILABLE is worth another try.
class AuthStore {
 public:
  virtual ~AuthStore() = default;

  // Notes that a sign-in's state was used. ALREADY_EXISTS when it was noted before. May forget
  // states whose `expire_time` is before `now`.
  virtual absl::Status UseState(const std::string& state_sha256, absl::Time expire_time,
                                absl::Time now) = 0;

  // Creates the user with this GitHub id, or refreshes their profile and token, and adds the
  // session: all or nothing. May forget expired sessions.
  virtual absl::StatusOr<UserRecord> SignIn(const Profile& profile,
                                            const std::string& sealed_github_token,
                                            const NewSession& session) = 0;

  // Whose session this is. NOT_FOUND when there is none, or it has expired at `now`.
  virtual absl::StatusOr<UserRecord> FindSession(const std::string& token_sha256,
                                                 absl::Time now) = 0;
  // Idempotent.
  virtual absl::Status DeleteSession(const std::string& token_sha256) = 0;

  // NOT_FOUND.
  virtual absl::StatusOr<UserRecord> GetUser(int64_t user_id) = 0;

  struct GithubToken {
    int64_t github_id = 0;
    std::string sealed = {};
  };
  // NOT_FOUND.
  virtual absl::StatusOr<GithubToken> GetGithubToken(int64_t user_id) = 0;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_AUTH_STORE_H_
