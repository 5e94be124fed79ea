// AdminService: moving jobs in the queue, holding projects back, and what is still to be told.

#include <string>

#include "lib/base/log.h"
#include "lib/rpc/authorize.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/macros.h"
#include "services/build/admin/admin_service.h"

namespace kozmic::build {
namespace {

absl::StatusOr<int64_t> ParseProject(absl::string_view name) {
  int64_t project = 0;
  KOZMIC_RETURN_IF_ERROR(ParseName("projects/{project}", name, {&project}));
  return project;
}

// 0: all.
absl::StatusOr<int64_t> ParseProjectOrAll(absl::string_view name) {
  return name.empty() ? 0 : ParseProject(name);
}

}  // namespace

grpc::ServerUnaryReactor* AdminServiceRpc::MoveQueuedJob(grpc::CallbackServerContext* context,
                                                         const v1::MoveQueuedJobRequest* request,
                                                         v1::QueuedJob* response) {
  using Request = v1::MoveQueuedJobRequest;
  return unary_.Run(context, "MoveQueuedJob", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
    int64_t project = 0;
    int64_t build = 0;
    int64_t job = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName("projects/{project}/builds/{number}/jobs/{job}",
                                     request->name(), {&project, &build, &job}));
    if (request->place() != Request::PLACE_FIRST && request->place() != Request::PLACE_LAST) {
      return absl::InvalidArgumentError("place: must be PLACE_FIRST or PLACE_LAST");
    }
    const bool first = request->place() == Request::PLACE_FIRST;
    KOZMIC_ASSIGN_OR_RETURN(*response, parts_.store.MoveJob(project, build, job, first));
    Log(Severity::kInfo, "a job was moved in the queue",
        {{"job", request->name()}, {"to", first ? "first" : "last"}, {"by", caller.name}});
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::PausedProject> AdminServiceRpc::SetProjectPaused(const std::string& name,
                                                                    const std::string& by) const {
  KOZMIC_ASSIGN_OR_RETURN(const int64_t project, ParseProject(name));
  return parts_.store.SetProjectPaused(project, by);
}

grpc::ServerUnaryReactor* AdminServiceRpc::PauseProject(grpc::CallbackServerContext* context,
                                                        const v1::PauseProjectRequest* request,
                                                        v1::PausedProject* response) {
  return unary_.Run(context, "PauseProject", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
    KOZMIC_ASSIGN_OR_RETURN(const std::string login, parts_.login_of(caller));
    KOZMIC_ASSIGN_OR_RETURN(*response, SetProjectPaused(request->name(), login));
    Log(Severity::kInfo, "a project was paused",
        {{"project", request->name()}, {"by", caller.name}});
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AdminServiceRpc::ResumeProject(grpc::CallbackServerContext* context,
                                                         const v1::ResumeProjectRequest* request,
                                                         v1::PausedProject* response) {
  return unary_.Run(context, "ResumeProject", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
    KOZMIC_ASSIGN_OR_RETURN(*response, SetProjectPaused(request->name(), ""));
    Log(Severity::kInfo, "a project was resumed",
        {{"project", request->name()}, {"by", caller.name}});
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AdminServiceRpc::ListPausedProjects(
    grpc::CallbackServerContext* context, const v1::ListPausedProjectsRequest*,
    v1::ListPausedProjectsResponse* response) {
  return unary_.Run(context, "ListPausedProjects", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
    KOZMIC_ASSIGN_OR_RETURN(*response, parts_.store.ListPausedProjects());
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AdminServiceRpc::ListUntold(grpc::CallbackServerContext* context,
                                                      const v1::ListUntoldRequest* request,
                                                      v1::ListUntoldResponse* response) {
  return unary_.Run(context, "ListUntold", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
    KOZMIC_ASSIGN_OR_RETURN(const int64_t project, ParseProjectOrAll(request->project()));
    KOZMIC_ASSIGN_OR_RETURN(*response, parts_.store.ListUntold(project));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AdminServiceRpc::RetryUntold(grpc::CallbackServerContext* context,
                                                       const v1::RetryUntoldRequest* request,
                                                       v1::RetryUntoldResponse* response) {
  return unary_.Run(context, "RetryUntold", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(RequireAdmin(caller));
    KOZMIC_ASSIGN_OR_RETURN(const int64_t project, ParseProjectOrAll(request->project()));
    KOZMIC_ASSIGN_OR_RETURN(const int retried, parts_.store.RetryUntold(project));
    response->set_retried(retried);
    Log(Severity::kInfo, "what is untold is tried again",
        {{"project", request->project()}, {"messages", retried}, {"by", caller.name}});
    return absl::OkStatus();
  });
}

}  // namespace kozmic::build
