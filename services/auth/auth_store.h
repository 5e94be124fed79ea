#ifndef KOZMIC_SERVICES_AUTH_AUTH_STORE_H_
#define KOZMIC_SERVICES_AUTH_AUTH_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/auth/session_record.h"
#include "services/auth/user_record.h"

namespace kozmic::auth {

// Where users and their sessions are kept. Thread-safe. Besides what each method names, all may
// fail as PostgresPool does; UNAVAILABLE is worth another try.
class AuthStore {
 public:
  virtual ~AuthStore() = default;

  // Notes that a sign-in's state was used. ALREADY_EXISTS when it was noted before. May forget
  // states whose `expire_time` is before `now`.
  virtual absl::Status UseState(const std::string& state_sha256, absl::Time expire_time,
                                absl::Time now) = 0;

  // Creates the user with this GitHub id, or refreshes their profile and token, ends the session
  // whose token's digest is `ended_token_sha256` (whosever it is; there may be none) and adds the
  // new one: all or nothing. May forget expired sessions. Of more than kMostSessions of the user
  // those used longest ago end.
  virtual absl::StatusOr<UserRecord> SignIn(const Profile& profile,
                                            const std::string& sealed_github_token,
                                            const NewSession& session,
                                            const std::string& ended_token_sha256) = 0;

  // NOT_FOUND.
  virtual absl::StatusOr<UserRecord> GetUser(int64_t user_id) = 0;
  // Those with one of these ids or GitHub ids, each once, in no order.
  virtual absl::StatusOr<std::vector<UserRecord>> FindUsers(
      const std::vector<int64_t>& user_ids, const std::vector<int64_t>& github_ids) = 0;
  // The user as they are afterwards; NOT_FOUND.
  virtual absl::StatusOr<UserRecord> SetNotificationEmail(int64_t user_id,
                                                          const std::string& email) = 0;

  // Whose session this is; notes that it was used, when that was last noted kUseExactness ago.
  // NOT_FOUND when there is none, or it has expired at `now`.
  virtual absl::StatusOr<UserRecord> FindSession(const std::string& token_sha256,
                                                 absl::Time now) = 0;
  // Those not expired at `now`, the one used last first.
  virtual absl::StatusOr<std::vector<SessionRecord>> ListSessions(int64_t user_id,
                                                                  absl::Time now) = 0;
  // Idempotent.
  virtual absl::Status DeleteSession(const std::string& token_sha256) = 0;
  // NOT_FOUND when the user has no such session.
  virtual absl::Status RevokeSession(int64_t user_id, int64_t session_id) = 0;
  // All of the user's sessions but the one with this token.
  virtual absl::Status RevokeOtherSessions(int64_t user_id, const std::string& token_sha256) = 0;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_AUTH_STORE_H_
