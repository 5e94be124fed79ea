#ifndef KOZMIC_SERVICES_AUTH_SESSION_AUTHENTICATOR_H_
#define KOZMIC_SERVICES_AUTH_SESSION_AUTHENTICATOR_H_

#include "lib/rpc/caller.h"
#include "services/auth/credentials.h"

namespace kozmic::auth {

// Knows the callers that are users: by a session's token or an access token.
class SessionAuthenticator final : public Authenticator {
 public:
  // `credentials` must outlive this.
  explicit SessionAuthenticator(const Credentials& credentials) : credentials_(credentials) {}
  absl::StatusOr<Caller> Authenticate(absl::string_view bearer) const override;

 private:
  const Credentials& credentials_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_SESSION_AUTHENTICATOR_H_
