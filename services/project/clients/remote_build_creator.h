#ifndef KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_BUILD_CREATOR_H_
#define KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_BUILD_CREATOR_H_

#include <memory>
#include <string>
#include <vector>

#include "kozmic/build/v1/build.grpc.pb.h"
#include "services/project/webhooks/build_creator.h"

namespace kozmic::project {

// Asks BuildService: for many at once, in as few calls as their size allows.
class RemoteBuildCreator final : public BuildCreator {
 public:
  RemoteBuildCreator(std::shared_ptr<grpc::Channel> build_service, std::string service_token);

  std::vector<absl::StatusOr<int64_t>> CreateBuilds(
      const std::vector<BuildRequest>& requests) override;

 private:
  // The answers of one call; or what kept it from having any.
  absl::StatusOr<build::v1::BatchCreateBuildsResponse> Ask(
      const build::v1::BatchCreateBuildsRequest& request);

  const std::unique_ptr<build::v1::BuildService::Stub> stub_;
  const std::string service_token_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_CLIENTS_REMOTE_BUILD_CREATOR_H_
