// Who changed how a project's builds are run, as rpcs.

#include "lib/history/history_rpcs.h"

#include "lib/rpc/resource_name.h"
#include "lib/status/macros.h"
#include "services/build/build_service.h"

namespace kozmic::build {

absl::StatusOr<Author> BuildServiceRpc::AuthorOf(const Caller& caller) const {
  Author author = {.by_access_token = caller.by_access_token};
  if (caller.kind == Caller::Kind::kUser) {
    KOZMIC_RETURN_IF_ERROR(ParseName("users/{user}", caller.name, {&author.user_id}));
  }
  KOZMIC_ASSIGN_OR_RETURN(author.login, parts_.login_of(caller));
  return author;
}

grpc::ServerUnaryReactor* BuildServiceRpc::ListSettingsChanges(
    grpc::CallbackServerContext* context, const history::v1::ListSettingsChangesRequest* request,
    history::v1::ListSettingsChangesResponse* response) {
  return unary_.Run(
      context, "ListSettingsChanges", [=, this](const Caller& caller) -> absl::Status {
        int64_t project = 0;
        KOZMIC_RETURN_IF_ERROR(ParseName("projects/{project}", request->parent(), {&project}));
        KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayConfigure(caller, project));
        return AnswerListSettingsChanges(parts_.history, project, *request, response);
      });
}

grpc::ServerUnaryReactor* BuildServiceRpc::GetSettingsChange(
    grpc::CallbackServerContext* context, const history::v1::GetSettingsChangeRequest* request,
    history::v1::SettingsChange* response) {
  return unary_.Run(context, "GetSettingsChange", [=, this](const Caller& caller) -> absl::Status {
    int64_t project = 0;
    int64_t number = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName(kSettingsChangePattern, request->name(), {&project, &number}));
    KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayConfigure(caller, project));
    return AnswerGetSettingsChange(parts_.history, project, number, response);
  });
}

}  // namespace kozmic::build
