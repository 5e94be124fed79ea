#ifndef KOZMIC_SERVICES_AUTH_SESSION_AUTHENTICATOR_H_
#define KOZMIC_SERVICES_AUTH_SESSION_AUTHENTICATOR_H_

#include "lib/rpc/caller.h"
#include "services/auth/admins.h"
#include "services/auth/credentials.h"

namespace kozmic::auth {

// Knows the callers that are users: by a session's token or an access token.
class SessionAuthenticator final : public Authenticator {
 public:
  // Neither is owned.
  SessionAuthenticator(const Credentials& credentials, const Admins& admins)
      : credentials_(credentials), admins_(admins) {}
  absl::StatusOr<Caller> Authenticate(absl::string_view bearer) const override;

 private:
  const Credentials& credentials_;
  const Admins& admins_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_SESSION_AUTHENTICATOR_H_
