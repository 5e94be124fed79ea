#ifndef KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_TOKEN_SOURCE_H_
#define KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_TOKEN_SOURCE_H_

#include <memory>
#include <string>

#include "kozmic/auth/v1/auth.grpc.pb.h"
#include "services/project/clients/token_source.h"

namespace kozmic::project {

// Asks AuthService.
class RemoteTokenSource final : public TokenSource {
 public:
  RemoteTokenSource(std::shared_ptr<grpc::Channel> auth_service, std::string service_token);

  absl::StatusOr<std::string> GithubToken(int64_t user_id) override;
  void ReportRefused(int64_t user_id, const std::string& token) override;

 private:
  const std::unique_ptr<auth::v1::AuthService::Stub> stub_;
  const std::string service_token_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_TOKEN_SOURCE_H_
