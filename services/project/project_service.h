#ifndef KOZMIC_SERVICES_PROJECT_PROJECT_SERVICE_H_
#define KOZMIC_SERVICES_PROJECT_PROJECT_SERVICE_H_

#include "kozmic/project/v1/project.grpc.pb.h"
#include "lib/rpc/caller.h"
#include "lib/rpc/unary.h"
#include "services/project/projects.h"
#include "services/project/webhook_inbox.h"

namespace kozmic::project {

// The rpc face of ProjectService.
class ProjectService final : public v1::ProjectService::CallbackService {
 public:
  // Calls that wait for GitHub run apart from those that do not, and webhooks apart from all, so
  // that neither a slow GitHub nor busy visitors delay a build.
  struct Runners {
    const UnaryRunner& webhooks;
    const UnaryRunner& database;
    const UnaryRunner& github;
  };

  // All must outlive it.
  ProjectService(const Projects& projects, const WebhookInbox& inbox, const Runners& runners)
      : projects_(projects), inbox_(inbox), runners_(runners) {}

  grpc::ServerUnaryReactor* CreateProject(grpc::CallbackServerContext* context,
                                          const v1::CreateProjectRequest* request,
                                          v1::Project* response) override;
  grpc::ServerUnaryReactor* GetProject(grpc::CallbackServerContext* context,
                                       const v1::GetProjectRequest* request,
                                       v1::Project* response) override;
  grpc::ServerUnaryReactor* ListProjects(grpc::CallbackServerContext* context,
                                         const v1::ListProjectsRequest* request,
                                         v1::ListProjectsResponse* response) override;
  grpc::ServerUnaryReactor* CreateHook(grpc::CallbackServerContext* context,
                                       const v1::CreateHookRequest* request,
                                       v1::Hook* response) override;
  grpc::ServerUnaryReactor* ListHooks(grpc::CallbackServerContext* context,
                                      const v1::ListHooksRequest* request,
                                      v1::ListHooksResponse* response) override;
  grpc::ServerUnaryReactor* CheckPermission(grpc::CallbackServerContext* context,
                                            const v1::CheckPermissionRequest* request,
                                            v1::CheckPermissionResponse* response) override;
  grpc::ServerUnaryReactor* AcceptWebhook(grpc::CallbackServerContext* context,
                                          const v1::AcceptWebhookRequest* request,
                                          v1::AcceptWebhookResponse* response) override;
  grpc::ServerUnaryReactor* IssueCheckout(grpc::CallbackServerContext* context,
                                          const v1::IssueCheckoutRequest* request,
                                          v1::IssueCheckoutResponse* response) override;
  grpc::ServerUnaryReactor* ReportCommitStatus(grpc::CallbackServerContext* context,
                                               const v1::ReportCommitStatusRequest* request,
                                               v1::ReportCommitStatusResponse* response) override;

 private:
  const Projects& projects_;
  const WebhookInbox& inbox_;
  const Runners runners_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_PROJECT_SERVICE_H_
