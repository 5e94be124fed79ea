#include "lib/rpc/authorize.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/project/clients/job_spec.h"
#include "services/project/names.h"
#include "services/project/project_service.h"
#include "services/project/translate.h"

namespace kozmic::project {
grpc::ServerUnaryReactor* ProjectService::CreateHook(grpc::CallbackServerContext* context,
                                                     const v1::CreateHookRequest* request,
                                                     v1::Hook* response) {
  return runners_.github.Run(
      context, "CreateHook", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(
            const Allowed allowed,
            Allow(caller, kProjectPattern, request->parent(), Permission::kConfigure));
        KOZMIC_ASSIGN_OR_RETURN(const Author author, AuthorOf(caller));
        KOZMIC_ASSIGN_OR_RETURN(
            const HookRecord hook,
            parts_.hooks.Create(allowed.project(), author, TranslateFields(request->hook()),
                                request->only_title()));
        Translate(hook, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::ValidateHook(grpc::CallbackServerContext* context,
                                                       const v1::ValidateHookRequest* request,
                                                       v1::Hook* response) {
  return runners_.database.Run(
      context, "ValidateHook", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_RETURN_IF_ERROR(
            Allow(caller, kProjectPattern, request->parent(), Permission::kConfigure).status());
        HookRecord checked;
        KOZMIC_ASSIGN_OR_RETURN(checked.fields,
                                kozmic::project::ValidateHook(TranslateFields(request->hook())));
        Translate(checked, response);
        response->clear_name();
        response->clear_create_time();
        response->clear_update_time();
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::GetHook(grpc::CallbackServerContext* context,
                                                  const v1::GetHookRequest* request,
                                                  v1::Hook* response) {
  return runners_.database.Run(context, "GetHook", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(const HookName name, ParseHookName(request->name()));
    KOZMIC_RETURN_IF_ERROR(Allow(caller, name.project_id, Permission::kView).status());
    KOZMIC_ASSIGN_OR_RETURN(const HookRecord hook,
                            parts_.hook_store.GetHook(name.project_id, name.hook_id));
    Translate(hook, response);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ProjectService::ListHooks(grpc::CallbackServerContext* context,
                                                    const v1::ListHooksRequest* request,
                                                    v1::ListHooksResponse* response) {
  return runners_.database.Run(
      context, "ListHooks", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const Allowed allowed, Allow(caller, kProjectPattern,
                                                             request->parent(), Permission::kView));
        KOZMIC_ASSIGN_OR_RETURN(const auto hooks,
                                parts_.hook_store.ListHooks(allowed.project().project_id));
        for (const HookRecord& hook : hooks) Translate(hook, response->add_hooks());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::UpdateHook(grpc::CallbackServerContext* context,
                                                     const v1::UpdateHookRequest* request,
                                                     v1::Hook* response) {
  return runners_.database.Run(
      context, "UpdateHook", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const HookName name, ParseHookName(request->hook().name()));
        KOZMIC_ASSIGN_OR_RETURN(const Allowed allowed,
                                Allow(caller, name.project_id, Permission::kConfigure));
        KOZMIC_ASSIGN_OR_RETURN(const Author author, AuthorOf(caller));
        KOZMIC_ASSIGN_OR_RETURN(const HookRecord hook,
                                parts_.hooks.Update(allowed.project(), name.hook_id,
                                                    TranslateFields(request->hook()), author));
        Translate(hook, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::DeleteHook(grpc::CallbackServerContext* context,
                                                     const v1::DeleteHookRequest* request,
                                                     v1::DeleteHookResponse*) {
  return runners_.github.Run(
      context, "DeleteHook", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const HookName name, ParseHookName(request->name()));
        KOZMIC_ASSIGN_OR_RETURN(const Allowed allowed,
                                Allow(caller, name.project_id, Permission::kConfigure));
        KOZMIC_ASSIGN_OR_RETURN(const Author author, AuthorOf(caller));
        return parts_.hooks.Delete(allowed.project(), author, name.hook_id);
      });
}

grpc::ServerUnaryReactor* ProjectService::RestoreHooks(grpc::CallbackServerContext* context,
                                                       const v1::RestoreHooksRequest* request,
                                                       v1::RestoreHooksResponse* response) {
  return runners_.github.Run(
      context, "RestoreHooks", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(
            const Allowed allowed,
            Allow(caller, kProjectPattern, request->parent(), Permission::kConfigure));
        KOZMIC_ASSIGN_OR_RETURN(const auto restored,
                                parts_.hooks.Restore(allowed.project(), allowed.user_id));
        for (const Hooks::Restored& one : restored) Translate(one, response->add_results());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::GetHookSpec(grpc::CallbackServerContext* context,
                                                      const v1::GetHookSpecRequest* request,
                                                      v1::GetHookSpecResponse* response) {
  return runners_.database.Run(
      context, "GetHookSpec", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"build"}));
        KOZMIC_ASSIGN_OR_RETURN(const HookName name, ParseHookName(request->hook()));
        const auto hook = parts_.hook_store.GetHook(name.project_id, name.hook_id);
        if (absl::IsNotFound(hook.status()) || (hook.ok() && !hook->fields.enabled)) {
          return WithReason(absl::FailedPreconditionError("the hook was removed or is disabled"),
                            "hook_gone");
        }
        KOZMIC_RETURN_IF_ERROR(hook.status());
        FillJobSpec(*hook, response->mutable_spec());
        return absl::OkStatus();
      });
}

}  // namespace kozmic::project
