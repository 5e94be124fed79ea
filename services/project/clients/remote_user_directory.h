#ifndef KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_USER_DIRECTORY_H_
#define KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_USER_DIRECTORY_H_

#include <memory>
#include <string>
#include <vector>

#include "grpcpp/grpcpp.h"
#include "kozmic/auth/v1/auth.grpc.pb.h"
#include "services/project/clients/user_directory.h"

namespace kozmic::project {

// UserDirectory by AuthService.
class RemoteUserDirectory final : public UserDirectory {
 public:
  RemoteUserDirectory(std::shared_ptr<grpc::Channel> auth_service, std::string service_token);

  absl::StatusOr<std::vector<KnownUser>> ByUserId(const std::vector<int64_t>& ids) override;
  absl::StatusOr<std::vector<KnownUser>> ByGithubId(const std::vector<int64_t>& ids) override;

 private:
  absl::StatusOr<std::vector<KnownUser>> Ask(const auth::v1::BatchGetUsersRequest& request);

  const std::unique_ptr<auth::v1::AuthService::Stub> stub_;
  const std::string service_token_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_USER_DIRECTORY_H_
