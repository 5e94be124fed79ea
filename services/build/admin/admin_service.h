#ifndef KOZMIC_SERVICES_BUILD_ADMIN_ADMIN_SERVICE_H_
#define KOZMIC_SERVICES_BUILD_ADMIN_ADMIN_SERVICE_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "kozmic/build/v1/admin.grpc.pb.h"
#include "lib/base/random.h"
#include "lib/rpc/unary.h"
#include "services/build/admin/admin_store.h"
#include "services/build/registration/registration_store.h"

namespace kozmic::build {

// The name in "runners/{runner}". INVALID_ARGUMENT.
absl::StatusOr<std::string> ParseRunner(absl::string_view name);

// The rpc face of runners and queue for administrators. See admin.proto. Owns nothing.
class AdminServiceRpc final : public v1::AdminService::CallbackService {
 public:
  // How GitHub calls who calls.
  using LoginOf = std::function<absl::StatusOr<std::string>(const Caller& caller)>;

  struct Parts {
    AdminStore& store;
    RegistrationStore& registrations;
    Random& random;
    LoginOf login_of;
  };

  AdminServiceRpc(const UnaryRunner& unary, Parts parts)
      : unary_(unary), parts_(std::move(parts)) {}

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
  grpc::ServerUnaryReactor* RevokeRunner(grpc::CallbackServerContext* context,
                                         const v1::RevokeRunnerRequest* request,
                                         v1::Runner* response) override;
  grpc::ServerUnaryReactor* CreateRegistrationToken(
      grpc::CallbackServerContext* context, const v1::CreateRegistrationTokenRequest* request,
      v1::CreateRegistrationTokenResponse* response) override;
  grpc::ServerUnaryReactor* ListRegistrationTokens(
      grpc::CallbackServerContext* context, const v1::ListRegistrationTokensRequest* request,
      v1::ListRegistrationTokensResponse* response) override;
  grpc::ServerUnaryReactor* DeleteRegistrationToken(
      grpc::CallbackServerContext* context, const v1::DeleteRegistrationTokenRequest* request,
      v1::DeleteRegistrationTokenResponse* response) override;
  grpc::ServerUnaryReactor* MoveQueuedJob(grpc::CallbackServerContext* context,
                                          const v1::MoveQueuedJobRequest* request,
                                          v1::QueuedJob* response) override;
  grpc::ServerUnaryReactor* PauseProject(grpc::CallbackServerContext* context,
                                         const v1::PauseProjectRequest* request,
                                         v1::PausedProject* response) override;
  grpc::ServerUnaryReactor* ResumeProject(grpc::CallbackServerContext* context,
                                          const v1::ResumeProjectRequest* request,
                                          v1::PausedProject* response) override;
  grpc::ServerUnaryReactor* ListPausedProjects(grpc::CallbackServerContext* context,
                                               const v1::ListPausedProjectsRequest* request,
                                               v1::ListPausedProjectsResponse* response) override;
  grpc::ServerUnaryReactor* ListUntold(grpc::CallbackServerContext* context,
                                       const v1::ListUntoldRequest* request,
                                       v1::ListUntoldResponse* response) override;
  grpc::ServerUnaryReactor* RetryUntold(grpc::CallbackServerContext* context,
                                        const v1::RetryUntoldRequest* request,
                                        v1::RetryUntoldResponse* response) override;

 private:
  absl::StatusOr<v1::PausedProject> SetProjectPaused(const std::string& name,
                                                     const std::string& by) const;

  const UnaryRunner& unary_;
  const Parts parts_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_ADMIN_ADMIN_SERVICE_H_
