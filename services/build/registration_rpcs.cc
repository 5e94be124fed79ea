// RunnerService: how a machine becomes a runner, and changes what it proves itself by.

#include "lib/base/log.h"
#include "lib/crypto/digest.h"
#include "lib/status/macros.h"
#include "services/build/runner_service.h"
#include "services/build/validate.h"

namespace kozmic::build {

grpc::ServerUnaryReactor* RunnerServiceRpc::RegisterRunner(
    grpc::CallbackServerContext* context, const runner::v1::RegisterRunnerRequest* request,
    runner::v1::RegisterRunnerResponse*) {
  // Strangers may call: not at the cost of runners that are known.
  return unary_.Run(context, "RegisterRunner", [=, this](const Caller&) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(Validate(*request));
    KOZMIC_RETURN_IF_ERROR(registrations_.Register(Sha256Hex(request->token()), request->runner(),
                                                   request->credential_sha256()));
    Log(Severity::kInfo, "a runner was registered", {{"runner", request->runner()}});
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* RunnerServiceRpc::RotateCredential(
    grpc::CallbackServerContext* context, const runner::v1::RotateCredentialRequest* request,
    runner::v1::RotateCredentialResponse*) {
  return own_.Run(context, "RotateCredential", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(OnlyRunners(caller));
    KOZMIC_RETURN_IF_ERROR(Validate(*request));
    if (caller.name.empty()) {
      return absl::FailedPreconditionError("the installation's runner token is not a credential");
    }
    return registrations_.Rotate(caller.name, Sha256Hex(caller.bearer),
                                 request->credential_sha256());
  });
}

}  // namespace kozmic::build
