#include "services/auth/credentials.h"

#include "lib/status/macros.h"

namespace kozmic::auth {

absl::StatusOr<Credentials::Identity> Credentials::Find(absl::string_view credential) const {
  Identity identity;
  identity.by_access_token = AccessTokens::IsAccessToken(credential);
  KOZMIC_ASSIGN_OR_RETURN(identity.user, identity.by_access_token
                                             ? access_tokens_.FindUser(credential)
                                             : sessions_.FindUser(credential));
  return identity;
}

}  // namespace kozmic::auth
