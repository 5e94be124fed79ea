#include "services/auth/auth_service.h"

#include "absl/strings/str_cat.h"
#include "lib/rpc/authorize.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/auth/translate.h"

namespace kozmic::auth {
namespace {

// How long a credential that was taken back may still be taken for good.
constexpr int kCacheSeconds = 30;
// More than any credential of ours, and than GitHub's codes and tokens.
constexpr size_t kLongestCredential = 4096;
constexpr int kMostUsersAtOnce = 10000;

absl::Status CheckCredential(absl::string_view field, const std::string& value) {
  if (!value.empty() && value.size() <= kLongestCredential) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, " must be 1 to ", kLongestCredential, " bytes"));
}

// The id of the user called `name`, who must be the caller. NOT_FOUND for anyone else: whether
// another user exists is nobody's business.
absl::StatusOr<int64_t> CallingUser(const Caller& caller, absl::string_view name) {
  int64_t user_id = 0;
  KOZMIC_RETURN_IF_ERROR(ParseName("users/{user}", name, {&user_id}));
  if (caller.name != UserName(user_id)) return absl::NotFoundError("no such user");
  return user_id;
}

// The same of one that must have come by a session.
absl::StatusOr<int64_t> CallingUserBySession(const Caller& caller, absl::string_view name) {
  KOZMIC_RETURN_IF_ERROR(RequireSession(caller));
  return CallingUser(caller, name);
}

// What a caller by a session names of their own, as `pattern` says
// ("users/{user}/sessions/{session}").
struct OwnThing {
  int64_t user_id = 0;
  int64_t id = 0;
};
absl::StatusOr<OwnThing> CallersOwn(const Caller& caller, absl::string_view pattern,
                                    absl::string_view name) {
  OwnThing thing;
  KOZMIC_RETURN_IF_ERROR(RequireSession(caller));
  KOZMIC_RETURN_IF_ERROR(ParseName(pattern, name, {&thing.user_id, &thing.id}));
  if (caller.name != UserName(thing.user_id)) return absl::NotFoundError("there is no such one");
  return thing;
}

}  // namespace

grpc::ServerUnaryReactor* AuthService::BeginLogin(grpc::CallbackServerContext* context,
                                                  const v1::BeginLoginRequest* request,
                                                  v1::BeginLoginResponse* response) {
  return unary_.Run(context, "BeginLogin", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"gateway"}));
    const Accounts::Begun begun = parts_.accounts.BeginLogin(request->return_path());
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
    KOZMIC_ASSIGN_OR_RETURN(
        const Accounts::Completed completed,
        parts_.accounts.CompleteLogin({.code = request->code(),
                                       .state = request->state(),
                                       .previous_session_token = request->previous_session_token(),
                                       .user_agent = request->user_agent()}));
    *response->mutable_user() = ToMessage(completed.user);
    response->set_session_token(completed.session_token);
    *response->mutable_expire_time() = ToMessage(completed.expire_time);
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
    KOZMIC_ASSIGN_OR_RETURN(const Credentials::Identity identity,
                            parts_.credentials.Find(request->credential()));
    *response->mutable_user() = ToMessage(identity.user);
    response->set_is_admin(parts_.admins.Has(identity.user.profile.login));
    response->set_is_access_token(identity.by_access_token);
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
    if (caller.kind == Caller::Kind::kService) {
      KOZMIC_RETURN_IF_ERROR(ParseName("users/{user}", request->name(), {&user_id}));
    } else {
      KOZMIC_ASSIGN_OR_RETURN(user_id, CallingUser(caller, request->name()));
    }
    KOZMIC_ASSIGN_OR_RETURN(const UserRecord user, parts_.accounts.GetUser(user_id));
    *response = ToMessage(user);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AuthService::UpdateUser(grpc::CallbackServerContext* context,
                                                  const v1::UpdateUserRequest* request,
                                                  v1::User* response) {
  return unary_.Run(context, "UpdateUser", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id,
                            CallingUserBySession(caller, request->user().name()));
    KOZMIC_ASSIGN_OR_RETURN(
        const UserRecord user,
        parts_.accounts.SetNotificationEmail(user_id, request->user().notification_email()));
    *response = ToMessage(user);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AuthService::BatchGetUsers(grpc::CallbackServerContext* context,
                                                     const v1::BatchGetUsersRequest* request,
                                                     v1::BatchGetUsersResponse* response) {
  return unary_.Run(context, "BatchGetUsers", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"project"}));
    if (request->names_size() > kMostUsersAtOnce - request->github_ids_size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("names and github_ids must be at most ", kMostUsersAtOnce));
    }
    std::vector<int64_t> user_ids;
    for (const std::string& name : request->names()) {
      KOZMIC_RETURN_IF_ERROR(ParseName("users/{user}", name, {&user_ids.emplace_back()}));
    }
    KOZMIC_ASSIGN_OR_RETURN(const std::vector<UserRecord> users,
                            parts_.accounts.FindUsers(user_ids, {request->github_ids().begin(),
                                                                 request->github_ids().end()}));
    for (const UserRecord& user : users) *response->add_users() = ToMessage(user);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AuthService::ListSessions(grpc::CallbackServerContext* context,
                                                    const v1::ListSessionsRequest* request,
                                                    v1::ListSessionsResponse* response) {
  return unary_.Run(context, "ListSessions", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, CallingUserBySession(caller, request->parent()));
    KOZMIC_ASSIGN_OR_RETURN(const std::vector<Sessions::Listed> sessions,
                            parts_.sessions.List(user_id, caller.bearer));
    for (const Sessions::Listed& session : sessions) {
      *response->add_sessions() = ToMessage(user_id, session);
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AuthService::RevokeSession(grpc::CallbackServerContext* context,
                                                     const v1::RevokeSessionRequest* request,
                                                     v1::RevokeSessionResponse*) {
  return unary_.Run(context, "RevokeSession", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(const OwnThing session,
                            CallersOwn(caller, "users/{user}/sessions/{session}", request->name()));
    return parts_.sessions.Revoke(session.user_id, session.id);
  });
}

grpc::ServerUnaryReactor* AuthService::RevokeOtherSessions(
    grpc::CallbackServerContext* context, const v1::RevokeOtherSessionsRequest* request,
    v1::RevokeOtherSessionsResponse*) {
  return unary_.Run(context, "RevokeOtherSessions",
                    [=, this](const Caller& caller) -> absl::Status {
                      KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id,
                                              CallingUserBySession(caller, request->parent()));
                      return parts_.sessions.RevokeOthers(user_id, caller.bearer);
                    });
}

grpc::ServerUnaryReactor* AuthService::DeleteSession(grpc::CallbackServerContext* context,
                                                     const v1::DeleteSessionRequest* request,
                                                     v1::DeleteSessionResponse*) {
  return unary_.Run(context, "DeleteSession", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"gateway"}));
    KOZMIC_RETURN_IF_ERROR(CheckCredential("session_token", request->session_token()));
    return parts_.sessions.End(request->session_token());
  });
}

grpc::ServerUnaryReactor* AuthService::CreateAccessToken(
    grpc::CallbackServerContext* context, const v1::CreateAccessTokenRequest* request,
    v1::CreateAccessTokenResponse* response) {
  return unary_.Run(context, "CreateAccessToken", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, CallingUserBySession(caller, request->parent()));
    KOZMIC_ASSIGN_OR_RETURN(
        const AccessTokens::Created created,
        parts_.access_tokens.Create(user_id, request->display_name(), request->lifetime_days()));
    *response->mutable_access_token() = ToMessage(user_id, created.record);
    response->set_token(created.token);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AuthService::ListAccessTokens(grpc::CallbackServerContext* context,
                                                        const v1::ListAccessTokensRequest* request,
                                                        v1::ListAccessTokensResponse* response) {
  return unary_.Run(context, "ListAccessTokens", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, CallingUserBySession(caller, request->parent()));
    KOZMIC_ASSIGN_OR_RETURN(const std::vector<AccessTokenRecord> tokens,
                            parts_.access_tokens.List(user_id));
    for (const AccessTokenRecord& token : tokens) {
      *response->add_access_tokens() = ToMessage(user_id, token);
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AuthService::DeleteAccessToken(
    grpc::CallbackServerContext* context, const v1::DeleteAccessTokenRequest* request,
    v1::DeleteAccessTokenResponse*) {
  return unary_.Run(context, "DeleteAccessToken", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(
        const OwnThing token,
        CallersOwn(caller, "users/{user}/accessTokens/{token}", request->name()));
    return parts_.access_tokens.Delete(token.user_id, token.id);
  });
}

grpc::ServerUnaryReactor* AuthService::GetGithubToken(grpc::CallbackServerContext* context,
                                                      const v1::GetGithubTokenRequest* request,
                                                      v1::GetGithubTokenResponse* response) {
  return unary_.Run(context, "GetGithubToken", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"project"}));
    int64_t user_id = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName("users/{user}", request->name(), {&user_id}));
    const auto token = parts_.github_tokens.Get(user_id);
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

grpc::ServerUnaryReactor* AuthService::ReportGithubTokenRefused(
    grpc::CallbackServerContext* context, const v1::ReportGithubTokenRefusedRequest* request,
    v1::ReportGithubTokenRefusedResponse*) {
  return unary_.Run(
      context, "ReportGithubTokenRefused", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"project"}));
        int64_t user_id = 0;
        KOZMIC_RETURN_IF_ERROR(ParseName("users/{user}", request->name(), {&user_id}));
        KOZMIC_RETURN_IF_ERROR(CheckCredential("token", request->token()));
        return parts_.github_tokens.Refuse(user_id, request->token());
      });
}

}  // namespace kozmic::auth
