#include "lib/history/history_rpcs.h"

#include "lib/rpc/resource_name.h"
#include "lib/status/macros.h"
#include "services/project/names.h"
#include "services/project/project_service.h"

namespace kozmic::project {

grpc::ServerUnaryReactor* ProjectService::ListSettingsChanges(
    grpc::CallbackServerContext* context, const history::v1::ListSettingsChangesRequest* request,
    history::v1::ListSettingsChangesResponse* response) {
  return runners_.database.Run(
      context, "ListSettingsChanges", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(
            const Allowed allowed,
            Allow(caller, kProjectPattern, request->parent(), Permission::kConfigure));
        return AnswerListSettingsChanges(parts_.history, allowed.project().project_id, *request,
                                         response);
      });
}

grpc::ServerUnaryReactor* ProjectService::GetSettingsChange(
    grpc::CallbackServerContext* context, const history::v1::GetSettingsChangeRequest* request,
    history::v1::SettingsChange* response) {
  return runners_.database.Run(
      context, "GetSettingsChange", [=, this](const Caller& caller) -> absl::Status {
        int64_t project_id = 0;
        int64_t number = 0;
        KOZMIC_RETURN_IF_ERROR(
            ParseName(kSettingsChangePattern, request->name(), {&project_id, &number}));
        KOZMIC_RETURN_IF_ERROR(Allow(caller, project_id, Permission::kConfigure).status());
        return AnswerGetSettingsChange(parts_.history, project_id, number, response);
      });
}

}  // namespace kozmic::project
