#include "lib/status/macros.h"
#include "services/project/names.h"
#include "services/project/project_service.h"
#include "services/project/translate.h"

namespace kozmic::project {

grpc::ServerUnaryReactor* ProjectService::SetSecret(grpc::CallbackServerContext* context,
                                                    const v1::SetSecretRequest* request,
                                                    v1::Secret* response) {
  return runners_.database.Run(
      context, "SetSecret", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const SecretName name, ParseSecretName(request->name()));
        KOZMIC_RETURN_IF_ERROR(Allow(caller, name.project_id, Permission::kConfigure).status());
        KOZMIC_ASSIGN_OR_RETURN(const Author author, AuthorOf(caller));
        KOZMIC_ASSIGN_OR_RETURN(
            const SecretRecord secret,
            parts_.secrets.Set(name.project_id, name.secret, request->value(), author));
        Translate(name.project_id, secret, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::ListSecrets(grpc::CallbackServerContext* context,
                                                      const v1::ListSecretsRequest* request,
                                                      v1::ListSecretsResponse* response) {
  return runners_.database.Run(
      context, "ListSecrets", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(
            const Allowed allowed,
            Allow(caller, kProjectPattern, request->parent(), Permission::kConfigure));
        const int64_t project_id = allowed.project().project_id;
        KOZMIC_ASSIGN_OR_RETURN(const auto secrets, parts_.secrets.List(project_id));
        for (const SecretRecord& secret : secrets) {
          Translate(project_id, secret, response->add_secrets());
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::DeleteSecret(grpc::CallbackServerContext* context,
                                                       const v1::DeleteSecretRequest* request,
                                                       v1::DeleteSecretResponse*) {
  return runners_.database.Run(
      context, "DeleteSecret", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const SecretName name, ParseSecretName(request->name()));
        KOZMIC_RETURN_IF_ERROR(Allow(caller, name.project_id, Permission::kConfigure).status());
        KOZMIC_ASSIGN_OR_RETURN(const Author author, AuthorOf(caller));
        return parts_.secrets.Delete(name.project_id, name.secret, author);
      });
}

grpc::ServerUnaryReactor* ProjectService::GetDeployKey(grpc::CallbackServerContext* context,
                                                       const v1::GetDeployKeyRequest* request,
                                                       v1::DeployKey* response) {
  return runners_.database.Run(
      context, "GetDeployKey", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(
            const Allowed allowed,
            Allow(caller, kDeployKeyPattern, request->name(), Permission::kConfigure));
        KOZMIC_ASSIGN_OR_RETURN(const DeployKeyRecord key,
                                parts_.keys.Get(allowed.project().project_id));
        Translate(key, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::RestoreDeployKey(
    grpc::CallbackServerContext* context, const v1::RestoreDeployKeyRequest* request,
    v1::DeployKey* response) {
  return runners_.github.Run(
      context, "RestoreDeployKey", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(
            const Allowed allowed,
            Allow(caller, kDeployKeyPattern, request->name(), Permission::kConfigure));
        if (!allowed.project().facts.is_private) {
          return absl::NotFoundError("a public repository needs no deploy key");
        }
        KOZMIC_ASSIGN_OR_RETURN(const Author author, AuthorOf(caller));
        KOZMIC_ASSIGN_OR_RETURN(const DeployKeyRecord key,
                                parts_.keys.Ensure(allowed.project(), author));
        Translate(key, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::RotateDeployKey(grpc::CallbackServerContext* context,
                                                          const v1::RotateDeployKeyRequest* request,
                                                          v1::DeployKey* response) {
  return runners_.github.Run(
      context, "RotateDeployKey", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(
            const Allowed allowed,
            Allow(caller, kDeployKeyPattern, request->name(), Permission::kConfigure));
        KOZMIC_ASSIGN_OR_RETURN(const Author author, AuthorOf(caller));
        KOZMIC_ASSIGN_OR_RETURN(const DeployKeyRecord key,
                                parts_.keys.Rotate(allowed.project(), author));
        Translate(key, response);
        return absl::OkStatus();
      });
}

}  // namespace kozmic::project
