#include "services/auth/session_authenticator.h"

#include "lib/status/macros.h"
#include "services/auth/translate.h"

namespace kozmic::auth {

absl::StatusOr<Caller> SessionAuthenticator::Authenticate(absl::string_view bearer) const {
  KOZMIC_ASSIGN_OR_RETURN(const Credentials::Identity identity, credentials_.Find(bearer));
  Caller caller;
  caller.kind = Caller::Kind::kUser;
  caller.name = UserName(identity.user.user_id);
  caller.admin = admins_.Has(identity.user.profile.login);
  caller.by_access_token = identity.by_access_token;
  caller.bearer = std::string(bearer);
  return caller;
}

}  // namespace kozmic::auth
