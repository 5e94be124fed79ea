#ifndef KOZMIC_SERVICES_AUTH_CREDENTIALS_H_
#define KOZMIC_SERVICES_AUTH_CREDENTIALS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/auth/access_tokens.h"
#include "services/auth/sessions.h"

namespace kozmic::auth {

// Whose a credential is, of whichever kind. Thread-safe.
class Credentials {
 public:
  struct Identity {
    UserRecord user;
    bool by_access_token = false;
  };

  // Both must outlive this.
  Credentials(const Sessions& sessions, const AccessTokens& access_tokens)
      : sessions_(sessions), access_tokens_(access_tokens) {}

  // UNAUTHENTICATED when it is no credential, or no longer.
  absl::StatusOr<Identity> Find(absl::string_view credential) const;

 private:
  const Sessions& sessions_;
  const AccessTokens& access_tokens_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_CREDENTIALS_H_
