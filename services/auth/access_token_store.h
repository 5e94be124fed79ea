#ifndef KOZMIC_SERVICES_AUTH_ACCESS_TOKEN_STORE_H_
#define KOZMIC_SERVICES_AUTH_ACCESS_TOKEN_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/auth/user_record.h"

namespace kozmic::auth {

// Access tokens of one user, expired ones included.
inline constexpr int kMostAccessTokens = 100;

struct NewAccessToken {
  // 32 raw bytes.
  std::string token_sha256 = {};
  std::string name = {};
  absl::Time create_time = {};
  // Absent: never.
  std::optional<absl::Time> expire_time = std::nullopt;
};

struct AccessTokenRecord {
  int64_t access_token_id = 0;
  std::string name = {};
  absl::Time create_time = {};
  // Exact to kUseExactness; absent: never used.
  std::optional<absl::Time> last_use_time = std::nullopt;
  // Absent: never.
  std::optional<absl::Time> expire_time = std::nullopt;
};

// Where personal access tokens are kept. Thread-safe. Besides what each method names, all may fail
// as PostgresPool does; UNAVAILABLE is worth another try.
class AccessTokenStore {
 public:
  virtual ~AccessTokenStore() = default;

  // NOT_FOUND when there is no such user; RESOURCE_EXHAUSTED when they have kMostAccessTokens.
  virtual absl::StatusOr<AccessTokenRecord> Create(int64_t user_id,
                                                   const NewAccessToken& token) = 0;
  // Whose token this is; notes that it was used, when that was last noted kUseExactness ago.
  // NOT_FOUND when there is none, or it has expired at `now`.
  virtual absl::StatusOr<UserRecord> FindUser(const std::string& token_sha256, absl::Time now) = 0;
  // Newest first, expired ones included.
  virtual absl::StatusOr<std::vector<AccessTokenRecord>> List(int64_t user_id) = 0;
  // NOT_FOUND when the user has no such token.
  virtual absl::Status Delete(int64_t user_id, int64_t access_token_id) = 0;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_ACCESS_TOKEN_STORE_H_
