#ifndef KOZMIC_SERVICES_AUTH_ACCESS_TOKENS_H_
#define KOZMIC_SERVICES_AUTH_ACCESS_TOKENS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "services/auth/access_token_store.h"

namespace kozmic::auth {

// Personal access tokens: what a user's programs show instead of a session. A token is "kzp_" and
// 32 random bytes in base64url; here lies its digest. Thread-safe when `random` is.
class AccessTokens {
 public:
  struct Created {
    AccessTokenRecord record = {};
    // Told here and never again.
    std::string token = {};
  };

  // All must outlive this.
  AccessTokens(AccessTokenStore& store, const Clock& clock, Random& random)
      : store_(store), clock_(clock), random_(random) {}

  // Whether a credential has the form of an access token. No session's token has.
  static bool IsAccessToken(absl::string_view credential);

  // `lifetime_days` is 1 to 3650, or 0: it never expires. INVALID_ARGUMENT with the detail "field"
  // ("display_name", "lifetime_days"); FAILED_PRECONDITION too_many_tokens; NOT_FOUND: no such
  // user.
  absl::StatusOr<Created> Create(int64_t user_id, absl::string_view name, int lifetime_days) const;
  // UNAUTHENTICATED when there is no such token, or it has expired.
  absl::StatusOr<UserRecord> FindUser(absl::string_view token) const;
  // Newest first, expired ones included.
  absl::StatusOr<std::vector<AccessTokenRecord>> List(int64_t user_id) const;
  // NOT_FOUND when the user has no such token.
  absl::Status Delete(int64_t user_id, int64_t access_token_id) const;

 private:
  AccessTokenStore& store_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_ACCESS_TOKENS_H_
