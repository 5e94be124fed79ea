#ifndef KOZMIC_GATEWAY_TESTING_FAKE_AUTH_H_
#define KOZMIC_GATEWAY_TESTING_FAKE_AUTH_H_

#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "kozmic/auth/v1/auth.grpc.pb.h"

namespace kozmic::gateway {

// An AuthService to which everyone of fake_caller.h is signed in, until it is told otherwise.
class FakeAuth final : public auth::v1::AuthService::Service {
 public:
  grpc::Status BeginLogin(grpc::ServerContext* context, const auth::v1::BeginLoginRequest* request,
                          auth::v1::BeginLoginResponse* response) override;
  grpc::Status CompleteLogin(grpc::ServerContext* context,
                             const auth::v1::CompleteLoginRequest* request,
                             auth::v1::CompleteLoginResponse* response) override;
  grpc::Status Authenticate(grpc::ServerContext* context,
                            const auth::v1::AuthenticateRequest* request,
                            auth::v1::AuthenticateResponse* response) override;
  grpc::Status GetUser(grpc::ServerContext* context, const auth::v1::GetUserRequest* request,
                       auth::v1::User* response) override;
  grpc::Status UpdateUser(grpc::ServerContext* context, const auth::v1::UpdateUserRequest* request,
                          auth::v1::User* response) override;
  // Of each user: session 1 is "session-7", session 2 is "session-7-2".
  grpc::Status ListSessions(grpc::ServerContext* context,
                            const auth::v1::ListSessionsRequest* request,
                            auth::v1::ListSessionsResponse* response) override;
  grpc::Status RevokeSession(grpc::ServerContext* context,
                             const auth::v1::RevokeSessionRequest* request,
                             auth::v1::RevokeSessionResponse*) override;
  grpc::Status RevokeOtherSessions(grpc::ServerContext* context,
                                   const auth::v1::RevokeOtherSessionsRequest* request,
                                   auth::v1::RevokeOtherSessionsResponse*) override;
  grpc::Status DeleteSession(grpc::ServerContext* context,
                             const auth::v1::DeleteSessionRequest* request,
                             auth::v1::DeleteSessionResponse*) override;
  grpc::Status CreateAccessToken(grpc::ServerContext* context,
                                 const auth::v1::CreateAccessTokenRequest* request,
                                 auth::v1::CreateAccessTokenResponse* response) override;
  grpc::Status ListAccessTokens(grpc::ServerContext* context,
                                const auth::v1::ListAccessTokensRequest* request,
                                auth::v1::ListAccessTokensResponse* response) override;
  grpc::Status DeleteAccessToken(grpc::ServerContext* context,
                                 const auth::v1::DeleteAccessTokenRequest* request,
                                 auth::v1::DeleteAccessTokenResponse*) override;

  absl::Mutex mutex;
  // What BeginLogin and CompleteLogin answer instead.
  absl::Status login_status ABSL_GUARDED_BY(mutex);
  std::string return_path ABSL_GUARDED_BY(mutex);
  // The last one that came.
  auth::v1::CompleteLoginRequest login ABSL_GUARDED_BY(mutex);
  // Credentials that are good no longer.
  std::set<std::string> ended ABSL_GUARDED_BY(mutex);
  std::string email ABSL_GUARDED_BY(mutex);
  // users/{user}
  std::set<std::string> admins ABSL_GUARDED_BY(mutex);
  // How long an answer of Authenticate may be kept.
  int cache_seconds ABSL_GUARDED_BY(mutex) = 0;
  std::vector<auth::v1::AccessToken> tokens ABSL_GUARDED_BY(mutex);
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TESTING_FAKE_AUTH_H_
