#ifndef KOZMIC_SERVICES_BUILD_REGISTRATION_RUNNER_AUTHENTICATOR_H_
#define KOZMIC_SERVICES_BUILD_REGISTRATION_RUNNER_AUTHENTICATOR_H_

#include <map>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/rpc/caller.h"
#include "services/build/registration/registration_store.h"

namespace kozmic::build {

// Knows runners: by the credentials of registered ones, whose name is then the caller's, and by the
// installation's runner token, with which a caller has no name. Everything else is asked of `next`.
//
// A credential that was good is taken for good for kCached without asking: what a revoked runner
// could still do needs its session, which ends when it is revoked.
class RunnerAuthenticator final : public Authenticator {
 public:
  static constexpr absl::Duration kCached = absl::Seconds(30);

  // `runner_token`: empty when there is none. The rest is not owned.
  RunnerAuthenticator(absl::string_view runner_token, RegistrationStore& store, const Clock& clock,
                      const Authenticator& next);

  absl::StatusOr<Caller> Authenticate(absl::string_view bearer) const override;

 private:
  struct Known {
    std::string runner;
    absl::Time until;
  };

  // By the credential's digest.
  std::optional<std::string> Remembered(const std::string& digest) const;
  void Remember(const std::string& digest, const std::string& runner) const;

  // Empty: there is no such token.
  const std::string token_digest_;
  RegistrationStore& store_;
  const Clock& clock_;
  const Authenticator& next_;
  mutable absl::Mutex mutex_;
  mutable std::map<std::string, Known> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_REGISTRATION_RUNNER_AUTHENTICATOR_H_
