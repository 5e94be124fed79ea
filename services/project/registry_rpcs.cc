#include "lib/status/macros.h"
#include "services/project/names.h"
#include "services/project/project_service.h"
#include "services/project/translate.h"

namespace kozmic::project {

grpc::ServerUnaryReactor* ProjectService::SetRegistryCredential(
    grpc::CallbackServerContext* context, const v1::SetRegistryCredentialRequest* request,
    v1::RegistryCredential* response) {
  return runners_.database.Run(
      context, "SetRegistryCredential", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const RegistryName name, ParseRegistryName(request->name()));
        KOZMIC_RETURN_IF_ERROR(Allow(caller, name.project_id, Permission::kConfigure).status());
        KOZMIC_ASSIGN_OR_RETURN(const Author author, AuthorOf(caller));
        KOZMIC_ASSIGN_OR_RETURN(const RegistryRecord record,
                                parts_.registries.Set(name.project_id,
                                                      {.registry = name.registry,
                                                       .username = request->username(),
                                                       .password = request->password()},
                                                      author));
        Translate(name.project_id, record, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::ListRegistryCredentials(
    grpc::CallbackServerContext* context, const v1::ListRegistryCredentialsRequest* request,
    v1::ListRegistryCredentialsResponse* response) {
  return runners_.database.Run(
      context, "ListRegistryCredentials", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(
            const Allowed allowed,
            Allow(caller, kProjectPattern, request->parent(), Permission::kConfigure));
        const int64_t project_id = allowed.project().project_id;
        KOZMIC_ASSIGN_OR_RETURN(const auto records, parts_.registries.List(project_id));
        for (const RegistryRecord& record : records) {
          Translate(project_id, record, response->add_credentials());
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::DeleteRegistryCredential(
    grpc::CallbackServerContext* context, const v1::DeleteRegistryCredentialRequest* request,
    v1::DeleteRegistryCredentialResponse*) {
  return runners_.database.Run(
      context, "DeleteRegistryCredential", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const RegistryName name, ParseRegistryName(request->name()));
        KOZMIC_RETURN_IF_ERROR(Allow(caller, name.project_id, Permission::kConfigure).status());
        KOZMIC_ASSIGN_OR_RETURN(const Author author, AuthorOf(caller));
        return parts_.registries.Delete(name.project_id, name.registry, author);
      });
}

}  // namespace kozmic::project
