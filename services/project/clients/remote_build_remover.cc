#include "services/project/clients/remote_build_remover.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/rpc/client.h"
#include "lib/status/annotate.h"

namespace kozmic::project {
namespace {

// Less than the remover's claim on a project.
constexpr absl::Duration kTimeout = absl::Seconds(20);

}  // namespace

RemoteBuildRemover::RemoteBuildRemover(std::shared_ptr<grpc::Channel> build_service,
                                       std::string service_token)
    : stub_(build::v1::BuildService::NewStub(std::move(build_service))),
      service_token_(std::move(service_token)) {}

absl::StatusOr<bool> RemoteBuildRemover::RemoveSome(int64_t project_id) {
  build::v1::DeleteProjectRequest request;
  request.set_name(absl::StrCat("projects/", project_id));
  const auto answer = Call(*stub_, &build::v1::BuildService::Stub::DeleteProject, request,
                           service_token_, kTimeout);
  if (!answer.ok()) return Annotate(answer.status(), "remove a project's builds");
  return answer->done();
}

}  // namespace kozmic::project
