#ifndef KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_BUILD_REMOVER_H_
#define KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_BUILD_REMOVER_H_

#include <memory>
#include <string>

#include "grpcpp/grpcpp.h"
#include "kozmic/build/v1/build.grpc.pb.h"
#include "services/project/clients/build_remover.h"

namespace kozmic::project {

// BuildRemover by BuildService.
class RemoteBuildRemover final : public BuildRemover {
 public:
  RemoteBuildRemover(std::shared_ptr<grpc::Channel> build_service, std::string service_token);

  absl::StatusOr<bool> RemoveSome(int64_t project_id) override;

 private:
  const std::unique_ptr<build::v1::BuildService::Stub> stub_;
  const std::string service_token_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_BUILD_REMOVER_H_
