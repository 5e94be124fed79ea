#include "absl/strings/str_cat.h"
#include "lib/rpc/authorize.h"
#include "lib/status/macros.h"
#include "services/project/names.h"
#include "services/project/project_service.h"
#include "services/project/translate.h"

namespace kozmic::project {

grpc::ServerUnaryReactor* ProjectService::GetBadge(grpc::CallbackServerContext* context,
                                                   const v1::GetBadgeRequest* request,
                                                   v1::Badge* response) {
  return runners_.database.Run(
      context, "GetBadge", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const Allowed allowed,
                                Allow(caller, kBadgePattern, request->name(), Permission::kView));
        KOZMIC_ASSIGN_OR_RETURN(const Badges::Badge badge, parts_.badges.Get(allowed.project()));
        Translate(allowed.project(), badge, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::ResetBadgeToken(grpc::CallbackServerContext* context,
                                                          const v1::ResetBadgeTokenRequest* request,
                                                          v1::Badge* response) {
  return runners_.database.Run(
      context, "ResetBadgeToken", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_ASSIGN_OR_RETURN(const Allowed allowed, Allow(caller, kBadgePattern, request->name(),
                                                             Permission::kConfigure));
        KOZMIC_ASSIGN_OR_RETURN(const Author author, AuthorOf(caller));
        KOZMIC_ASSIGN_OR_RETURN(const Badges::Badge badge,
                                parts_.badges.Reset(allowed.project(), author));
        Translate(allowed.project(), badge, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ProjectService::ResolveBadge(grpc::CallbackServerContext* context,
                                                       const v1::ResolveBadgeRequest* request,
                                                       v1::ResolveBadgeResponse* response) {
  return runners_.database.Run(
      context, "ResolveBadge", [=, this](const Caller& caller) -> absl::Status {
        KOZMIC_RETURN_IF_ERROR(RequireService(caller, {"gateway"}));
        KOZMIC_ASSIGN_OR_RETURN(const int64_t project_id,
                                parts_.badges.Resolve(request->repository(), request->token()));
        response->set_project(absl::StrCat("projects/", project_id));
        return absl::OkStatus();
      });
}

}  // namespace kozmic::project
