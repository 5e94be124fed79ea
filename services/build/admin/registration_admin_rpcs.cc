// AdminService: what lets machines in as runners, and what takes that back.

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/crypto/digest.h"
#include "lib/rpc/authorize.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/admin/admin_service.h"
#include "services/build/registration/runner_credential.h"
#include "services/build/validate.h"

namespace kozmic::build {
namespace {

constexpr size_t kLongestName = 100;
constexpr int kMostHours = 168;

// For what gives access, which a stolen access token must not extend.
absl::Status RequireAdminBySession(const Caller& caller) {
  KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
  return RequireSession(caller);
}

absl::Status Field(absl::string_view field, absl::string_view wanted) {
  return WithDetail(absl::InvalidArgumentError(absl::StrCat(field, ": must be ", wanted)), "field",
                    field);
}

absl::Status Validate(const v1::CreateRegistrationTokenRequest& request) {
  if (request.display_name().size() > kLongestName ||
      request.display_name().find('\0') != std::string::npos) {
    return Field("display_name", absl::StrCat("at most ", kLongestName, " bytes without NUL"));
  }
  if (!request.runner().empty() && !IsRunnerName(request.runner())) {
    return Field("runner", "1 to 63 of a-z, 0-9, \"-\", \".\", \"_\", or empty");
  }
  if (request.lifetime_hours() < 0 || request.lifetime_hours() > kMostHours) {
    return Field("lifetime_hours", absl::StrCat("1 to ", kMostHours));
  }
  return WithDetail(ValidateRunnerLabels(request.labels()), "field", "labels");
}

}  // namespace

grpc::ServerUnaryReactor* AdminServiceRpc::RevokeRunner(grpc::CallbackServerContext* context,
                                                        const v1::RevokeRunnerRequest* request,
                                                        v1::Runner* response) {
  return unary_.Run(context, "RevokeRunner", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
    KOZMIC_ASSIGN_OR_RETURN(const std::string runner, ParseRunner(request->name()));
    KOZMIC_ASSIGN_OR_RETURN(const std::string login, parts_.login_of(caller));
    KOZMIC_RETURN_IF_ERROR(parts_.registrations.Revoke(runner, login));
    Log(Severity::kInfo, "a runner was revoked", {{"runner", runner}, {"by", caller.name}});
    KOZMIC_ASSIGN_OR_RETURN(*response, parts_.store.GetRunner(runner));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AdminServiceRpc::CreateRegistrationToken(
    grpc::CallbackServerContext* context, const v1::CreateRegistrationTokenRequest* request,
    v1::CreateRegistrationTokenResponse* response) {
  return unary_.Run(context, "CreateRegistrationToken",
                    [=, this](const Caller& caller) -> absl::Status {
                      KOZMIC_RETURN_IF_ERROR(RequireAdminBySession(caller));
                      KOZMIC_RETURN_IF_ERROR(Validate(*request));
                      KOZMIC_ASSIGN_OR_RETURN(const std::string login, parts_.login_of(caller));
                      const std::string token = NewCredential(kRegistrationPrefix, parts_.random);
                      KOZMIC_ASSIGN_OR_RETURN(
                          *response->mutable_registration_token(),
                          parts_.registrations.CreateToken(
                              {.token_sha256 = Sha256Hex(token),
                               .display_name = request->display_name(),
                               .runner = request->runner(),
                               .labels = {request->labels().begin(), request->labels().end()},
                               .creator = login,
                               .lifetime = absl::Hours(std::max(1, request->lifetime_hours()))}));
                      response->set_token(token);
                      Log(Severity::kInfo, "a registration token was made",
                          {{"token", response->registration_token().name()}, {"by", caller.name}});
                      return absl::OkStatus();
                    });
}

grpc::ServerUnaryReactor* AdminServiceRpc::ListRegistrationTokens(
    grpc::CallbackServerContext* context, const v1::ListRegistrationTokensRequest*,
    v1::ListRegistrationTokensResponse* response) {
  return unary_.Run(context, "ListRegistrationTokens",
                    [=, this](const Caller& caller) -> absl::Status {
                      KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
                      KOZMIC_ASSIGN_OR_RETURN(*response, parts_.registrations.ListTokens());
                      return absl::OkStatus();
                    });
}

grpc::ServerUnaryReactor* AdminServiceRpc::DeleteRegistrationToken(
    grpc::CallbackServerContext* context, const v1::DeleteRegistrationTokenRequest* request,
    v1::DeleteRegistrationTokenResponse*) {
  return unary_.Run(
      context, "DeleteRegistrationToken", [=, this](const Caller& caller) -> absl::Status {
        int64_t token = 0;
        KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
        KOZMIC_RETURN_IF_ERROR(ParseName("registrationTokens/{token}", request->name(), {&token}));
        KOZMIC_RETURN_IF_ERROR(parts_.registrations.DeleteToken(token));
        Log(Severity::kInfo, "a registration token was taken back",
            {{"token", request->name()}, {"by", caller.name}});
        return absl::OkStatus();
      });
}

}  // namespace kozmic::build
