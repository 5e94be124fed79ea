#include "services/runner/registration/credential_keeper.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/crypto/digest.h"
#include "lib/rpc/client.h"
#include "lib/status/macros.h"
#include "services/build/registration/runner_credential.h"

namespace kozmic::runner {
namespace {

constexpr absl::Duration kCall = absl::Seconds(10);

// Those that another try does not help.
bool IsRefusal(const absl::Status& status) {
  return absl::IsPermissionDenied(status) || absl::IsAlreadyExists(status) ||
         absl::IsInvalidArgument(status);
}

}  // namespace

CredentialKeeper::CredentialKeeper(std::shared_ptr<grpc::Channel> channel, Options options,
                                   const Clock& clock, Random& random)
    : options_(std::move(options)),
      token_sha256_(options_.registration_token.empty() ? ""
                                                        : Sha256Hex(options_.registration_token)),
      path_(options_.folder + "/credential"),
      new_path_(path_ + ".new"),
      clock_(clock),
      random_(random),
      stub_(v1::RunnerService::NewStub(std::move(channel))) {}

StoredCredential CredentialKeeper::Make(std::string token_sha256) const {
  return {NewCredential(kCredentialPrefix, random_), std::move(token_sha256), clock_.Now()};
}

absl::Status CredentialKeeper::Adopt() const {
  if (rename(new_path_.c_str(), path_.c_str()) == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("write ", path_, ": ", std::strerror(errno)));
}

absl::StatusOr<std::string> CredentialKeeper::Obtain() {
  KOZMIC_ASSIGN_OR_RETURN(const auto present, ReadCredential(path_));
  KOZMIC_ASSIGN_OR_RETURN(auto fresh, ReadCredential(new_path_));
  const bool another_token =
      !token_sha256_.empty() && (!present || present->token_sha256 != token_sha256_);
  if (another_token) {
    // One that was made for an older token has not been told to anybody, or is of no use any more.
    if (fresh && fresh->token_sha256 != token_sha256_) fresh.reset();
    return Register(present, std::move(fresh));
  }
  if (!present) {
    return absl::InvalidArgumentError(
        "registration_token: needed to register this runner, unless it has a runner_token; an "
        "administrator makes one on the page of runners");
  }
  if (fresh) return Follow(*present, *fresh);
  return present->credential;
}

absl::StatusOr<std::string> CredentialKeeper::Register(
    const std::optional<StoredCredential>& present, std::optional<StoredCredential> fresh) {
  if (!fresh) {
    fresh = Make(token_sha256_);
    KOZMIC_RETURN_IF_ERROR(WriteCredential(new_path_, *fresh));
  }
  v1::RegisterRunnerRequest request;
  request.set_token(options_.registration_token);
  request.set_runner(options_.runner);
  request.set_credential_sha256(Sha256Hex(fresh->credential));
  const absl::Status status =
      Call(*stub_, &v1::RunnerService::Stub::RegisterRunner, request, "", kCall).status();
  if (IsRefusal(status)) {
    unlink(new_path_.c_str());
    if (present) {
      Log(Severity::kWarning, "the registration token is refused; this runner stays what it is",
          {{"runner", options_.runner}, {"error", status}});
      return present->credential;
    }
    return absl::InvalidArgumentError(absl::StrCat("registration_token: ", status.message()));
  }
  KOZMIC_RETURN_IF_ERROR(status);
  KOZMIC_RETURN_IF_ERROR(Adopt());
  Log(Severity::kInfo, "registered", {{"runner", options_.runner}});
  return fresh->credential;
}

absl::StatusOr<std::optional<std::string>> CredentialKeeper::RotateIfOld() {
  KOZMIC_ASSIGN_OR_RETURN(const auto present, ReadCredential(path_));
  KOZMIC_ASSIGN_OR_RETURN(auto fresh, ReadCredential(new_path_));
  if (!present || (!fresh && clock_.Now() - present->create_time < kOldest)) return std::nullopt;
  if (!fresh) {
    fresh = Make(present->token_sha256);
    KOZMIC_RETURN_IF_ERROR(WriteCredential(new_path_, *fresh));
  }
  KOZMIC_ASSIGN_OR_RETURN(std::string bearer, Follow(*present, *fresh));
  return bearer;
}

absl::StatusOr<std::string> CredentialKeeper::Follow(const StoredCredential& old,
                                                     const StoredCredential& fresh) {
  v1::RotateCredentialRequest request;
  request.set_credential_sha256(Sha256Hex(fresh.credential));
  absl::Status status =
      Call(*stub_, &v1::RunnerService::Stub::RotateCredential, request, old.credential, kCall)
          .status();
  // The other has taken its place already, if that is all that is wrong.
  if (absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status)) {
    status =
        Call(*stub_, &v1::RunnerService::Stub::RotateCredential, request, fresh.credential, kCall)
            .status();
  }
  KOZMIC_RETURN_IF_ERROR(status);
  KOZMIC_RETURN_IF_ERROR(Adopt());
  Log(Severity::kInfo, "this runner has another credential now", {{"runner", options_.runner}});
  return fresh.credential;
}

}  // namespace kozmic::runner
