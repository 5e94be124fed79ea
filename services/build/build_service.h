#ifndef KOZMIC_SERVICES_BUILD_BUILD_SERVICE_H_
#define KOZMIC_SERVICES_BUILD_BUILD_SERVICE_H_

#include "kozmic/build/v1/build.grpc.pb.h"
#include "lib/rpc/unary.h"
#include "services/build/build_store.h"
#include "services/build/permission_checker.h"
#include "services/build/project_deleter.h"
#include "services/build/watch_hub.h"

namespace kozmic::build {

// The rpc face of builds: validates, authorises, asks the store. See build.proto. Owns nothing.
// `own` runs what needs this service's database alone; `unary` what also asks other services.
class BuildServiceRpc final : public v1::BuildService::CallbackService {
 public:
  BuildServiceRpc(const UnaryRunner& own, const UnaryRunner& unary, BuildStore& store,
                  PermissionChecker& permissions, WatchHub& watches, const ProjectDeleter& deleter)
      : own_(own),
        unary_(unary),
        store_(store),
        permissions_(permissions),
        watches_(watches),
        deleter_(deleter) {}

  grpc::ServerUnaryReactor* CreateBuild(grpc::CallbackServerContext* context,
                                        const v1::CreateBuildRequest* request,
                                        v1::Build* response) override;
  grpc::ServerUnaryReactor* GetBuild(grpc::CallbackServerContext* context,
                                     const v1::GetBuildRequest* request,
                                     v1::Build* response) override;
  grpc::ServerUnaryReactor* GetLatestBuild(grpc::CallbackServerContext* context,
                                           const v1::GetLatestBuildRequest* request,
                                           v1::Build* response) override;
  grpc::ServerUnaryReactor* ListBuilds(grpc::CallbackServerContext* context,
                                       const v1::ListBuildsRequest* request,
                                       v1::ListBuildsResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetLatestBuilds(
      grpc::CallbackServerContext* context, const v1::BatchGetLatestBuildsRequest* request,
      v1::BatchGetLatestBuildsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchProjectResponse>* WatchProject(
      grpc::CallbackServerContext* context, const v1::WatchProjectRequest* request) override;
  grpc::ServerUnaryReactor* DeleteProject(grpc::CallbackServerContext* context,
                                          const v1::DeleteProjectRequest* request,
                                          v1::DeleteProjectResponse* response) override;

 private:
  // The project that `name` names, when the caller may view it.
  absl::StatusOr<int64_t> ViewableProject(const Caller& caller, absl::string_view name);

  const UnaryRunner& own_;
  const UnaryRunner& unary_;
  BuildStore& store_;
  PermissionChecker& permissions_;
  WatchHub& watches_;
  const ProjectDeleter& deleter_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_BUILD_SERVICE_H_
