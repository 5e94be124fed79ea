#ifndef KOZMIC_SERVICES_BUILD_ADMIN_ADMIN_SERVICE_H_
#define KOZMIC_SERVICES_BUILD_ADMIN_ADMIN_SERVICE_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "kozmic/build/v1/admin.grpc.pb.h"
#include "lib/rpc/unary.h"
#include "services/build/admin/admin_store.h"

namespace kozmic::build {

// The rpc face of runners and queue for administrators. See admin.proto. Owns nothing.
class AdminServiceRpc final : public v1::AdminService::CallbackService {
 public:
  // How GitHub calls who calls.
  using LoginOf = std::function<absl::StatusOr<std::string>(const Caller& caller)>;

  AdminServiceRpc(const UnaryRunner& unary, AdminStore& store, LoginOf login_of)
      : unary_(unary), store_(store), login_of_(std::move(login_of)) {}

  grpc::ServerUnaryReactor* ListRunners(grpc::CallbackServerContext* context,
                                        const v1::ListRunnersRequest* request,
                                        v1::ListRunnersResponse* response) override;
  grpc::ServerUnaryReactor* PauseRunner(grpc::CallbackServerContext* context,
                                        const v1::PauseRunnerRequest* request,
                                        v1::Runner* response) override;
  grpc::ServerUnaryReactor* ResumeRunner(grpc::CallbackServerContext* context,
                                         const v1::ResumeRunnerRequest* request,
                                         v1::Runner* response) override;
  grpc::ServerUnaryReactor* DeleteRunner(grpc::CallbackServerContext* context,
                                         const v1::DeleteRunnerRequest* request,
                                         v1::DeleteRunnerResponse* response) override;
  grpc::ServerUnaryReactor* ListQueue(grpc::CallbackServerContext* context,
                                      const v1::ListQueueRequest* request,
                                      v1::ListQueueResponse* response) override;

 private:
  const UnaryRunner& unary_;
  AdminStore& store_;
  const LoginOf login_of_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_ADMIN_ADMIN_SERVICE_H_
