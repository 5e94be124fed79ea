#include "services/auth/auth_service.h"

#include "absl/strings/str_cat.h"
#include "lib/rpc/authorize.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic::auth {
namespace {

// How long a session that was ended elsewhere may still be taken for good.
constexpr int kCacheSeconds = 30;
// More than any state or session token of ours, and than GitHub's codes.
constexpr size_t kLongestCredential = 4096;

absl::Status CheckCredential(absl::string_view field, const std::string& value) {
  if (!value.empty() && value.size() <= kLongestCredential) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, " must be 1 to ", kLongestCredential, " bytes"));
}

std::string UserName(int64_t user_id) { return absl::StrCat("users/", user_id); }

void Translate(const UserRecord& record, v1::User* user) {
  user->set_name(UserName(record.user_id));
  user->set_github_id(record.profile.github_id);
  user->set_login(record.profile.login);
  user->set_display_name(record.profile.display_name);
  user->set_avatar_url(record.profile.avatar_url);
}

}  // namespace

grpc::ServerUnaryReactor* AuthService::BeginLogin(grpc::CallbackServerContext* context,
                                                  const v1::BeginLoginRequest* request,
                                                  v1::BeginLoginResponse* response) {
  return unary_.Run(context, "BeginLogin", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"gateway"}));
    const Accounts::Begun begun = accounts_.BeginLogin(request->return_path());
    response->set_authorize_url(begun.authorize_url);
    response->set_state(begun.state);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AuthService::CompleteLogin(grpc::CallbackServerContext* context,
                                                     const v1::CompleteLoginRequest* request,
                                                     v1::CompleteLoginResponse* response) {
  return unary_.Run(context, "CompleteLogin", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"gateway"}));
    KOZMIC_RETURN_IF_ERROR(CheckCredential("code", request->code()));
    KOZMIC_ASSIGN_OR_RETURN(const Accounts::Completed completed,
                            accounts_.CompleteLogin(request->code(), request->state()));
    Translate(completed.user, response->mutable_user());
    response->set_session_token(completed.session_token);
    response->mutable_expire_time()->set_seconds(absl::ToUnixSeconds(completed.expire_time));
    response->set_return_path(completed.return_path);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AuthService::Authenticate(grpc::CallbackServerContext* context,
                                                    const v1::AuthenticateRequest* request,
                                                    v1::AuthenticateResponse* response) {
  return unary_.Run(context, "Authenticate", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAnyService(caller));
    KOZMIC_RETURN_IF_ERROR(CheckCredential("credential", request->credential()));
    KOZMIC_ASSIGN_OR_RETURN(const UserRecord user, accounts_.FindSession(request->credential()));
    Translate(user, response->mutable_user());
    response->set_cache_seconds(kCacheSeconds);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AuthService::GetUser(grpc::CallbackServerContext* context,
                                               const v1::GetUserRequest* request,
                                               v1::User* response) {
  return unary_.Run(context, "GetUser", [=, this](const Caller& caller) -> absl::Status {
    int64_t user_id = 0;
    KOZMIC_RETURN_IF_ERROR(RequireCredential(caller));
    KOZMIC_RETURN_IF_ERROR(ParseName("users/{user}", request->name(), {&user_id}));
    // Whether another user exists is nobody's business.
    if (caller.kind != Caller::Kind::kService && caller.name != UserName(user_id)) {
      return absl::NotFoundError("no such user");
    }
    KOZMIC_ASSIGN_OR_RETURN(const UserRecord user, accounts_.GetUser(user_id));
    Translate(user, response);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AuthService::DeleteSession(grpc::CallbackServerContext* context,
                                                     const v1::DeleteSessionRequest* request,
                                                     v1::DeleteSessionResponse*) {
  return unary_.Run(context, "DeleteSession", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"gateway"}));
    KOZMIC_RETURN_IF_ERROR(CheckCredential("session_token", request->session_token()));
    return accounts_.EndSession(request->session_token());
  });
}

grpc::ServerUnaryReactor* AuthService::GetGithubToken(grpc::CallbackServerContext* context,
                                                      const v1::GetGithubTokenRequest* request,
                                                      v1::GetGithubTokenResponse* response) {
  return unary_.Run(context, "GetGithubToken", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"project"}));
    int64_t user_id = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName("users/{user}", request->name(), {&user_id}));
    auto token = accounts_.GetGithubToken(user_id);
    if (absl::IsNotFound(token.status()) || absl::IsDataLoss(token.status())) {
      LogServerFault("GetGithubToken", token.status());
      return WithReason(absl::FailedPreconditionError("the user must sign in again"),
                        "sign_in_needed");
    }
    KOZMIC_RETURN_IF_ERROR(token.status());
    response->set_token(*token);
    return absl::OkStatus();
  });
}

absl::StatusOr<Caller> SessionAuthenticator::Authenticate(absl::string_view bearer) const {
  KOZMIC_ASSIGN_OR_RETURN(const UserRecord user, accounts_.FindSession(bearer));
  Caller caller;
  caller.kind = Caller::Kind::kUser;
  caller.name = UserName(user.user_id);
  caller.bearer = std::string(bearer);
  return caller;
}

}  // namespace kozmic::auth
