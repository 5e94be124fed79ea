// Where a project's verdicts are told, as rpcs.

#include "lib/rpc/resource_name.h"
#include "lib/status/macros.h"
#include "services/build/build_service.h"

namespace kozmic::build {
namespace {

constexpr char kProjectName[] = "projects/{project}";

}  // namespace

grpc::ServerUnaryReactor* BuildServiceRpc::CreateNotificationHook(
    grpc::CallbackServerContext* context, const v1::CreateNotificationHookRequest* request,
    v1::NotificationHook* response) {
  return unary_.Run(
      context, "CreateNotificationHook", [=, this](const Caller& caller) -> absl::Status {
        int64_t project = 0;
        KOZMIC_RETURN_IF_ERROR(ParseName(kProjectName, request->parent(), {&project}));
        KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayConfigure(caller, project));
        KOZMIC_ASSIGN_OR_RETURN(const Author author, AuthorOf(caller));
        KOZMIC_ASSIGN_OR_RETURN(*response, parts_.notification_hooks.Create(
                                               project, request->url(), request->secret(), author));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* BuildServiceRpc::ListNotificationHooks(
    grpc::CallbackServerContext* context, const v1::ListNotificationHooksRequest* request,
    v1::ListNotificationHooksResponse* response) {
  return unary_.Run(
      context, "ListNotificationHooks", [=, this](const Caller& caller) -> absl::Status {
        int64_t project = 0;
        KOZMIC_RETURN_IF_ERROR(ParseName(kProjectName, request->parent(), {&project}));
        KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayConfigure(caller, project));
        KOZMIC_ASSIGN_OR_RETURN(*response, parts_.notification_hooks.List(project));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* BuildServiceRpc::DeleteNotificationHook(
    grpc::CallbackServerContext* context, const v1::DeleteNotificationHookRequest* request,
    v1::DeleteNotificationHookResponse*) {
  return unary_.Run(
      context, "DeleteNotificationHook", [=, this](const Caller& caller) -> absl::Status {
        int64_t project = 0;
        int64_t hook = 0;
        KOZMIC_RETURN_IF_ERROR(ParseName("projects/{project}/notificationHooks/{hook}",
                                         request->name(), {&project, &hook}));
        KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayConfigure(caller, project));
        KOZMIC_ASSIGN_OR_RETURN(const Author author, AuthorOf(caller));
        return parts_.notification_hooks.Delete(project, hook, author);
      });
}

}  // namespace kozmic::build
