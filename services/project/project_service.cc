#include "services/project/project_service.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/github/url.h"
#include "lib/rpc/authorize.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/macros.h"
#include "services/project/translate.h"

namespace kozmic::project {
namespace {

// How long a role that was taken away may still be taken for held.
constexpr int kCacheSeconds = 30;
constexpr int kDefaultPage = 100;
constexpr int kLargestPage = 1000;

absl::StatusOr<int64_t> ProjectId(const std::string& name) {
  int64_t project_id = 0;
  KOZMIC_RETURN_IF_ERROR(ParseName("projects/{project}", name, {&project_id}));
  return project_id;
}

absl::StatusOr<int64_t> UserId(const std::string& name) {
  int64_t user_id = 0;
  KOZMIC_RETURN_IF_ERROR(ParseName("users/{user}", name, {&user_id}));
  return user_id;
}

absl::StatusOr<int64_t> CallingUser(const Caller& caller) {
  KOZMIC_RETURN_IF_ERROR(RequireUser(caller));
  return UserId(caller.name);
}

// Whose permission is asked for.
absl::StatusOr<int64_t> AskedUser(const Caller& caller, const std::string& user) {
  if (caller.kind == Caller::Kind::kService) return UserId(user);
  if (!user.empty()) return absl::PermissionDeniedError("user: only services may set it");
  return CallingUser(caller);
}

}  // namespace

grpc::ServerUnaryReactor* ProjectService::CreateProject(grpc::CallbackServerContext* context,
                                                        const v1::CreateProjectRequest* request,
                                                        v1::Project* response) {
  return runners_.github.Run(
      context, "CreateProject", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, CallingUser(caller));
        KOZMIC_ASSIGN_OR_RETURN(const MemberProject project,
                                projects_.Create(user_id, request->repository()));
        Translate(project, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::GetProject(grpc::CallbackServerContext* context,
                                                     const v1::GetProjectRequest* request,
                                                     v1::Project* response) {
  return runners_.database.Run(
      context, "GetProject", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, CallingUser(caller));
        KOZMIC_ASSIGN_OR_RETURN(const int64_t project_id, ProjectId(request->name()));
        KOZMIC_ASSIGN_OR_RETURN(const MemberProject project,
                                projects_.Get(user_id, project_id, Permission::kView));
        Translate(project, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::ListProjects(grpc::CallbackServerContext* context,
                                                       const v1::ListProjectsRequest* request,
                                                       v1::ListProjectsResponse* response) {
  return runners_.database.Run(
      context, "ListProjects", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, CallingUser(caller));
        if (request->page_size() < 0) {
          return absl::InvalidArgumentError("page_size: must not be negative");
        }
        int64_t after = 0;
        if (!request->page_token().empty() && !absl::SimpleAtoi(request->page_token(), &after)) {
          return absl::InvalidArgumentError("page_token: not one of ours");
        }
        const int size =
            request->page_size() == 0 ? kDefaultPage : std::min(request->page_size(), kLargestPage);
        // One more than asked for tells whether there is another page.
        KOZMIC_ASSIGN_OR_RETURN(auto page, projects_.List(user_id, after, size + 1));
        if (page.size() > static_cast<size_t>(size)) {
          page.pop_back();
          response->set_next_page_token(absl::StrCat(page.back().project.project_id));
        }
        for (const MemberProject& project : page) Translate(project, response->add_projects());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::CreateHook(grpc::CallbackServerContext* context,
                                                     const v1::CreateHookRequest* request,
                                                     v1::Hook* response) {
  return runners_.github.Run(
      context, "CreateHook", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, CallingUser(caller));
        KOZMIC_ASSIGN_OR_RETURN(const int64_t project_id, ProjectId(request->parent()));
        KOZMIC_ASSIGN_OR_RETURN(const HookRecord hook,
                                projects_.CreateHook(user_id, project_id,
                                                     {.title = request->hook().title(),
                                                      .image = request->hook().image(),
                                                      .script = request->hook().script()}));
        Translate(hook, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::ListHooks(grpc::CallbackServerContext* context,
                                                    const v1::ListHooksRequest* request,
                                                    v1::ListHooksResponse* response) {
  return runners_.database.Run(
      context, "ListHooks", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, CallingUser(caller));
        KOZMIC_ASSIGN_OR_RETURN(const int64_t project_id, ProjectId(request->parent()));
        KOZMIC_ASSIGN_OR_RETURN(const auto hooks, projects_.ListHooks(user_id, project_id));
        for (const HookRecord& hook : hooks) Translate(hook, response->add_hooks());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::CheckPermission(grpc::CallbackServerContext* context,
                                                          const v1::CheckPermissionRequest* request,
                                                          v1::CheckPermissionResponse* response) {
  return runners_.database.Run(
      context, "CheckPermission", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const int64_t user_id, AskedUser(caller, request->user()));
        KOZMIC_ASSIGN_OR_RETURN(const int64_t project_id, ProjectId(request->project()));
        KOZMIC_ASSIGN_OR_RETURN(const Permission permission,
                                TranslatePermission(request->permission()));
        KOZMIC_ASSIGN_OR_RETURN(const MemberProject project,
                                projects_.Get(user_id, project_id, permission));
        response->set_role(static_cast<v1::Role>(project.role));
        response->set_cache_seconds(kCacheSeconds);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::AcceptWebhook(grpc::CallbackServerContext* context,
                                                        const v1::AcceptWebhookRequest* request,
                                                        v1::AcceptWebhookResponse* response) {
  return runners_.webhooks.Run(
      context, "AcceptWebhook", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"gateway"}));
        KOZMIC_ASSIGN_OR_RETURN(
            const Disposition disposition,
            inbox_.Accept({.hook_id = request->hook_id(),
                           .event = {request->event().begin(), request->event().end()},
                           .delivery = {request->delivery().begin(), request->delivery().end()},
                           .signature = {request->signature().begin(), request->signature().end()},
                           .body = request->body()}));
        response->set_disposition(Translate(disposition));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::IssueCheckout(grpc::CallbackServerContext* context,
                                                        const v1::IssueCheckoutRequest* request,
                                                        v1::IssueCheckoutResponse* response) {
  return runners_.database.Run(
      context, "IssueCheckout", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"build"}));
        KOZMIC_ASSIGN_OR_RETURN(const int64_t project_id, ProjectId(request->project()));
        if (!github::IsObjectId(request->commit())) {
          return absl::InvalidArgumentError("commit: not the object id of a commit");
        }
        KOZMIC_ASSIGN_OR_RETURN(const std::string url, projects_.CloneUrl(project_id));
        response->set_clone_url(url);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::ReportCommitStatus(
    grpc::CallbackServerContext* context, const v1::ReportCommitStatusRequest* request,
    v1::ReportCommitStatusResponse*) {
  return runners_.github.Run(
      context, "ReportCommitStatus", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"build"}));
        KOZMIC_ASSIGN_OR_RETURN(const int64_t project_id, ProjectId(request->project()));
        KOZMIC_ASSIGN_OR_RETURN(const std::string state, TranslateState(request->state()));
        return projects_.ReportStatus(project_id, request->commit(),
                                      {.state = state,
                                       .context = request->context(),
                                       .description = request->description(),
                                       .target_url = request->target_url()});
      });
}

}  // namespace kozmic::project
