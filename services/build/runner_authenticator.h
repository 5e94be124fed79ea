#ifndef KOZMIC_SERVICES_BUILD_RUNNER_AUTHENTICATOR_H_
#define KOZMIC_SERVICES_BUILD_RUNNER_AUTHENTICATOR_H_

#include <string>

#include "lib/crypto/digest.h"
#include "lib/rpc/caller.h"

namespace kozmic::build {

// Knows the installation's runner token; everything else is asked of `next` (not owned).
class RunnerAuthenticator final : public Authenticator {
 public:
  RunnerAuthenticator(absl::string_view runner_token, const Authenticator& next)
      : digest_(Sha256(runner_token)), next_(next) {}

  absl::StatusOr<Caller> Authenticate(absl::string_view bearer) const override {
    if (!ConstantTimeEquals(Sha256(bearer), digest_)) return next_.Authenticate(bearer);
    Caller caller;
    caller.kind = Caller::Kind::kRunner;
    caller.bearer = std::string(bearer);
    return caller;
  }

 private:
  const std::string digest_;
  const Authenticator& next_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_RUNNER_AUTHENTICATOR_H_
