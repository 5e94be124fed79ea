#ifndef KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_BUILD_CREATOR_H_
#define KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_BUILD_CREATOR_H_

#include <memory>
#include <string>

#include "kozmic/build/v1/build.grpc.pb.h"
#include "services/project/webhooks/build_creator.h"

namespace kozmic::project {

// Asks BuildService.
class RemoteBuildCreator final : public BuildCreator {
 public:
  RemoteBuildCreator(std::shared_ptr<grpc::Channel> build_service, std::string service_token);

  absl::StatusOr<int64_t> CreateBuild(const BuildRequest& request) override;

 private:
  const std::unique_ptr<build::v1::BuildService::Stub> stub_;
  const std::string service_token_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_BUILD_CREATOR_H_
