#ifndef KOZMIC_SERVICES_AUTH_AUTH_SERVICE_H_
#define KOZMIC_SERVICES_AUTH_AUTH_SERVICE_H_

#include "kozmic/auth/v1/auth.grpc.pb.h"
#include "lib/rpc/unary.h"
#include "services/auth/access_tokens.h"
#include "services/auth/accounts.h"
#include "services/auth/admins.h"
#include "services/auth/credentials.h"
#include "services/auth/github_tokens.h"
#include "services/auth/sessions.h"

namespace kozmic::auth {

// The rpc face of AuthService.
class AuthService final : public v1::AuthService::CallbackService {
 public:
  // What stands behind it.
  struct Parts {
    const Accounts& accounts;
    const Sessions& sessions;
    const AccessTokens& access_tokens;
    const Credentials& credentials;
    const GithubTokens& github_tokens;
    const Admins& admins;
  };

  // All must outlive it.
  AuthService(const Parts& parts, const UnaryRunner& unary) : parts_(parts), unary_(unary) {}

  grpc::ServerUnaryReactor* BeginLogin(grpc::CallbackServerContext* context,
                                       const v1::BeginLoginRequest* request,
                                       v1::BeginLoginResponse* response) override;
  grpc::ServerUnaryReactor* CompleteLogin(grpc::CallbackServerContext* context,
                                          const v1::CompleteLoginRequest* request,
                                          v1::CompleteLoginResponse* response) override;
  grpc::ServerUnaryReactor* Authenticate(grpc::CallbackServerContext* context,
                                         const v1::AuthenticateRequest* request,
                                         v1::AuthenticateResponse* response) override;

  grpc::ServerUnaryReactor* GetUser(grpc::CallbackServerContext* context,
                                    const v1::GetUserRequest* request, v1::User* response) override;
  grpc::ServerUnaryReactor* UpdateUser(grpc::CallbackServerContext* context,
                                       const v1::UpdateUserRequest* request,
                                       v1::User* response) override;
  grpc::ServerUnaryReactor* BatchGetUsers(grpc::CallbackServerContext* context,
                                          const v1::BatchGetUsersRequest* request,
                                          v1::BatchGetUsersResponse* response) override;

  grpc::ServerUnaryReactor* ListSessions(grpc::CallbackServerContext* context,
                                         const v1::ListSessionsRequest* request,
                                         v1::ListSessionsResponse* response) override;
  grpc::ServerUnaryReactor* RevokeSession(grpc::CallbackServerContext* context,
                                          const v1::RevokeSessionRequest* request,
                                          v1::RevokeSessionResponse* response) override;
  grpc::ServerUnaryReactor* RevokeOtherSessions(grpc::CallbackServerContext* context,
                                                const v1::RevokeOtherSessionsRequest* request,
                                                v1::RevokeOtherSessionsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteSession(grpc::CallbackServerContext* context,
                                          const v1::DeleteSessionRequest* request,
                                          v1::DeleteSessionResponse* response) override;

  grpc::ServerUnaryReactor* CreateAccessToken(grpc::CallbackServerContext* context,
                                              const v1::CreateAccessTokenRequest* request,
                                              v1::CreateAccessTokenResponse* response) override;
  grpc::ServerUnaryReactor* ListAccessTokens(grpc::CallbackServerContext* context,
                                             const v1::ListAccessTokensRequest* request,
                                             v1::ListAccessTokensResponse* response) override;
  grpc::ServerUnaryReactor* DeleteAccessToken(grpc::CallbackServerContext* context,
                                              const v1::DeleteAccessTokenRequest* request,
                                              v1::DeleteAccessTokenResponse* response) override;

  grpc::ServerUnaryReactor* GetGithubToken(grpc::CallbackServerContext* context,
                                           const v1::GetGithubTokenRequest* request,
                                           v1::GetGithubTokenResponse* response) override;
  grpc::ServerUnaryReactor* ReportGithubTokenRefused(
      grpc::CallbackServerContext* context, const v1::ReportGithubTokenRefusedRequest* request,
      v1::ReportGithubTokenRefusedResponse* response) override;

 private:
  const Parts parts_;
  const UnaryRunner& unary_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_AUTH_SERVICE_H_
