#include "services/build/registration/runner_authenticator.h"

#include "absl/strings/match.h"
#include "lib/crypto/digest.h"
#include "lib/status/macros.h"
#include "services/build/registration/runner_credential.h"

namespace kozmic::build {
namespace {

// More than an installation has runners; who is forgotten is asked for again.
constexpr size_t kMostKnown = 20'000;

Caller RunnerCaller(absl::string_view bearer, const std::string& runner) {
  Caller caller;
  caller.kind = Caller::Kind::kRunner;
  caller.name = runner;
  caller.bearer = std::string(bearer);
  return caller;
}

}  // namespace

RunnerAuthenticator::RunnerAuthenticator(absl::string_view runner_token, RegistrationStore& store,
                                         const Clock& clock, const Authenticator& next)
    : token_digest_(runner_token.empty() ? "" : Sha256(runner_token)),
      store_(store),
      clock_(clock),
      next_(next) {}

absl::StatusOr<Caller> RunnerAuthenticator::Authenticate(absl::string_view bearer) const {
  if (!token_digest_.empty() && ConstantTimeEquals(Sha256(bearer), token_digest_)) {
    return RunnerCaller(bearer, "");
  }
  if (!absl::StartsWith(bearer, kCredentialPrefix)) return next_.Authenticate(bearer);
  const std::string digest = Sha256Hex(bearer);
  if (const std::optional<std::string> runner = Remembered(digest)) {
    return RunnerCaller(bearer, *runner);
  }
  const absl::StatusOr<std::string> runner = store_.FindRunner(digest);
  if (absl::IsNotFound(runner.status())) {
    return absl::UnauthenticatedError(
        "this runner's credential is not known here, or was revoked; a new registration token lets "
        "it in again");
  }
  KOZMIC_RETURN_IF_ERROR(runner.status());
  Remember(digest, *runner);
  return RunnerCaller(bearer, *runner);
}

std::optional<std::string> RunnerAuthenticator::Remembered(const std::string& digest) const {
  absl::MutexLock lock(&mutex_);
  const auto found = known_.find(digest);
  if (found == known_.end()) return std::nullopt;
  if (found->second.until > clock_.Now()) return found->second.runner;
  known_.erase(found);
  return std::nullopt;
}

void RunnerAuthenticator::Remember(const std::string& digest, const std::string& runner) const {
  absl::MutexLock lock(&mutex_);
  if (known_.size() >= kMostKnown) known_.clear();
  known_[digest] = {runner, clock_.Now() + kCached};
}

}  // namespace kozmic::build
