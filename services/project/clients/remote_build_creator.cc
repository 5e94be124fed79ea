#include "services/project/clients/remote_build_creator.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/rpc/client.h"

namespace kozmic::project {
namespace {

// Less than the dispatcher's claim on a delivery.
constexpr absl::Duration kTimeout = absl::Seconds(5);

}  // namespace

RemoteBuildCreator::RemoteBuildCreator(std::shared_ptr<grpc::Channel> build_service,
                                       std::string service_token)
    : stub_(build::v1::BuildService::NewStub(std::move(build_service))),
      service_token_(std::move(service_token)) {}

absl::Status RemoteBuildCreator::CreateBuild(const BuildRequest& request) {
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
  for (const HookRecord& hook : request.hooks) {
    build::v1::JobSpec* job = message.add_jobs();
    job->set_hook(absl::StrCat("projects/", request.project_id, "/hooks/", hook.hook_id));
    job->set_title(hook.fields.title);
    job->set_image(hook.fields.image);
    job->set_script(hook.fields.script);
    job->set_install_script(hook.fields.install_script);
    job->mutable_tracked_files()->Assign(hook.fields.tracked_files.begin(),
                                         hook.fields.tracked_files.end());
  }
  return Call(*stub_, &build::v1::BuildService::Stub::CreateBuild, message, service_token_,
              kTimeout)
      .status();
}

}  // namespace kozmic::project
