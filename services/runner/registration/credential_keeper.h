#ifndef KOZMIC_SERVICES_RUNNER_REGISTRATION_CREDENTIAL_KEEPER_H_
#define KOZMIC_SERVICES_RUNNER_REGISTRATION_CREDENTIAL_KEEPER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "kozmic/runner/v1/runner.grpc.pb.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "services/runner/registration/credential_file.h"

namespace kozmic::runner {

// What a registered runner proves itself by: made here, never told to anybody but the build service
// as a bearer, and replaced now and then. It lies in two files, so that wherever this process is
// killed the next one finds what to go on with: `credential`, which is good, and `credential.new`,
// which has been, or is yet to be, told to the build service. Not thread-safe.
class CredentialKeeper {
 public:
  // Older ones are replaced.
  static constexpr absl::Duration kOldest = absl::Hours(24 * 30);

  struct Options {
    // Of the files; only its owner may enter it, or the files' names mean nothing to others.
    std::string folder;
    std::string runner;
    // Lets this runner in, once. One that was used already is not looked at; another one than the
    // present credential came by registers anew, unless it is refused. Empty: none.
    std::string registration_token;
  };

  // `clock` and `random` are not owned.
  CredentialKeeper(std::shared_ptr<grpc::Channel> channel, Options options, const Clock& clock,
                   Random& random);

  // The bearer, once registered. INVALID_ARGUMENT: there is neither a credential nor a token, or
  // the build service refuses the token and there is no credential; UNAVAILABLE and the like are
  // worth another try.
  absl::StatusOr<std::string> Obtain();

  // Replaces a credential that is old: nullopt when it is not. Errors leave the old one in force,
  // for now.
  absl::StatusOr<std::optional<std::string>> RotateIfOld();

 private:
  StoredCredential Make(std::string token_sha256) const;
  // `present`: what is good if the token is not.
  absl::StatusOr<std::string> Register(const std::optional<StoredCredential>& present,
                                       std::optional<StoredCredential> fresh);
  // Tells the build service what follows, and puts it in the other's place.
  absl::StatusOr<std::string> Follow(const StoredCredential& old, const StoredCredential& fresh);
  absl::Status Adopt() const;

  const Options options_;
  const std::string token_sha256_;
  const std::string path_;
  const std::string new_path_;
  const Clock& clock_;
  Random& random_;
  const std::unique_ptr<v1::RunnerService::Stub> stub_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_REGISTRATION_CREDENTIAL_KEEPER_H_
