#ifndef KOZMIC_SERVICES_AUTH_AUTH_SERVICE_H_
#define KOZMIC_SERVICES_AUTH_AUTH_SERVICE_H_

#include "kozmic/auth/v1/auth.grpc.pb.h"
#include "lib/rpc/caller.h"
#include "lib/rpc/unary.h"
#include "services/auth/accounts.h"

namespace kozmic::auth {

// The rpc face of AuthService. Both must outlive it.
class AuthService final : public v1::AuthService::CallbackService {
 public:
  AuthService(const Accounts& accounts, const UnaryRunner& unary)
      : accounts_(accounts), unary_(unary) {}

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
  grpc::ServerUnaryReactor* DeleteSession(grpc::CallbackServerContext* context,
                                          const v1::DeleteSessionRequest* request,
                                          v1::DeleteSessionResponse* response) override;
  grpc::ServerUnaryReactor* GetGithubToken(grpc::CallbackServerContext* context,
                                           const v1::GetGithubTokenRequest* request,
                                           v1::GetGithubTokenResponse* response) override;

 private:
  const Accounts& accounts_;
  const UnaryRunner& unary_;
};

// Knows the callers that are users: by their session's token.
class SessionAuthenticator final : public Authenticator {
 public:
  explicit SessionAuthenticator(const Accounts& accounts) : accounts_(accounts) {}
  absl::StatusOr<Caller> Authenticate(absl::string_view bearer) const override;

 private:
  const Accounts& accounts_;
};

}  // namespace kozmic::auth

#endif  // KOZMIC_SERVICES_AUTH_AUTH_SERVICE_H_
