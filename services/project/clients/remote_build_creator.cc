#include "services/project/clients/remote_build_creator.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/rpc/client.h"
#include "lib/status/macros.h"
#include "services/project/clients/job_spec.h"

namespace kozmic::project {
namespace {

// Less than the dispatcher's claim on a delivery.
constexpr absl::Duration kTimeout = absl::Seconds(5);

build::v1::Trigger TriggerOf(const BuildRequest& request) {
  if (!request.trigger.has_value()) return build::v1::TRIGGER_MANUAL;
  switch (*request.trigger) {
    case kOnTag:
      return build::v1::TRIGGER_TAG;
    case kOnPullRequest:
      return build::v1::TRIGGER_PULL_REQUEST;
    default:
      return build::v1::TRIGGER_PUSH;
  }
}

}  // namespace

RemoteBuildCreator::RemoteBuildCreator(std::shared_ptr<grpc::Channel> build_service,
                                       std::string service_token)
    : stub_(build::v1::BuildService::NewStub(std::move(build_service))),
      service_token_(std::move(service_token)) {}

absl::StatusOr<int64_t> RemoteBuildCreator::CreateBuild(const BuildRequest& request) {
  build::v1::CreateBuildRequest message;
  message.set_parent(absl::StrCat("projects/", request.project_id));
  message.set_request_id(request.request_id);
  message.set_repository(request.repository);
  message.set_ref(request.head.ref);
  message.set_commit(request.head.commit);
  message.set_message(request.head.message);
  message.mutable_author()->set_display_name(request.head.author_name);
  message.mutable_author()->set_login(request.head.author_login);
  message.mutable_author()->set_avatar_url(request.head.author_avatar_url);
  message.set_commit_url(request.commit_url);
  message.set_fork(request.fork);
  message.set_trigger(TriggerOf(request));
  message.set_pull_request(request.pull_request);
  message.set_needs_approval(request.needs_approval);
  message.mutable_variables()->insert(request.variables.begin(), request.variables.end());
  message.set_creator(request.creator);
  for (const HookRecord& hook : request.hooks) FillJobSpec(hook, message.add_jobs());
  KOZMIC_ASSIGN_OR_RETURN(
      const build::v1::Build build,
      Call(*stub_, &build::v1::BuildService::Stub::CreateBuild, message, service_token_, kTimeout));
  return build.number();
}

}  // namespace kozmic::project
