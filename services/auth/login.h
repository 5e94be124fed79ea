#ifndef KOZMIC_SERVICES_AUTH_LOGIN_H_
#define KOZMIC_SERVICES_AUTH_LOGIN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/crypto/sealed_box.h"

namespace kozmic::auth {

// What a sign-in must remember while its user is at GitHub.
struct Login {
  // PKCE's secret.
  std::string verifier = {};
  std::string return_path = {};
  absl::Time expire_time = {};
};

// Begins sign-ins and reads back what they were. The state that travels through the browser is the
// login itself, sealed: visitors who never come back leave nothing behind. That a state serves only
// once is for the caller to see to (AuthStore::UseState). Thread-safe when `random` is.
class Logins {
 public:
  // All must outlive this.
  Logins(const SealedBox& box, const Clock& clock, Random& random)
      : box_(box), clock_(clock), random_(random) {}

  // A return path that does not lie on this server becomes "/".
  Login Begin(absl::string_view return_path) const;
  std::string State(const Login& login) const;

  // INVALID_ARGUMENT login_expired when the state was not made here or is older than 10 minutes.
  absl::StatusOr<Login> Read(absl::string_view state) const;

 private:
  const SealedBox& box_;
  const Clock& clock_;
  Random& random_;
};

// The error of a state that is forged, old or used.
absl::Status LoginExpired();

// Whether a browser may be sent there after its sign-in: "/path", no other server.
bool IsLocalPath(absl::string_view path);

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_LOGIN_H_
