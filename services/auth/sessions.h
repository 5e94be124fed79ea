#ifndef KOZMIC_SERVICES_AUTH_SESSIONS_H_
#define KOZMIC_SERVICES_AUTH_SESSIONS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "services/auth/auth_store.h"

namespace kozmic::auth {

// The users' sessions. A session's token is known to its browser alone; here lies its digest.
// Thread-safe when `random` is.
class Sessions {
 public:
  struct Issued {
    // Told here and never again.
    std::string token;
    NewSession session;
  };

  struct Listed {
    SessionRecord session;
    // Whether it is the asking one.
    bool current = false;
  };

  // All must outlive this.
  Sessions(AuthStore& store, const Clock& clock, Random& random)
      : store_(store), clock_(clock), random_(random) {}

  // A new session of 30 days, for AuthStore::SignIn to keep.
  Issued Issue(absl::string_view user_agent) const;
  static std::string Digest(absl::string_view token);

  // UNAUTHENTICATED when this is not the token of a live session.
  absl::StatusOr<UserRecord> FindUser(absl::string_view token) const;
  // The one used last first.
  absl::StatusOr<std::vector<Listed>> List(int64_t user_id, absl::string_view current_token) const;
  // Idempotent.
  absl::Status End(absl::string_view token) const;
  // NOT_FOUND when the user has no such session.
  absl::Status Revoke(int64_t user_id, int64_t session_id) const;
  absl::Status RevokeOthers(int64_t user_id, absl::string_view current_token) const;

 private:
  AuthStore& store_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_SESSIONS_H_
