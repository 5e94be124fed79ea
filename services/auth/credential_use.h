#ifndef KOZMIC_SERVICES_AUTH_CREDENTIAL_USE_H_
#define KOZMIC_SERVICES_AUTH_CREDENTIAL_USE_H_

#include "absl/time/time.h"

namespace kozmic::auth {

// How exactly it is kept when a session or an access token was last used: no oftener is it written,
// so that asking whose a credential is hardly ever costs a write.
inline constexpr absl::Duration kUseExactness = absl::Minutes(5);

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_CREDENTIAL_USE_H_
