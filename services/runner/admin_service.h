#ifndef KOZMIC_SERVICES_RUNNER_ADMIN_SERVICE_H_
#define KOZMIC_SERVICES_RUNNER_ADMIN_SERVICE_H_

#include <string>
#include <utility>

#include "kozmic/runner/v1/runner.grpc.pb.h"
#include "services/runner/runner.h"

namespace kozmic::runner {

// RunnerAdminService: who has what the runner proves itself by may ask and drain.
class AdminService final : public v1::RunnerAdminService::CallbackService {
 public:
  // `runner` is not owned.
  AdminService(Runner& runner, std::string name) : runner_(runner), name_(std::move(name)) {}

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusResponse* response) override;
  grpc::ServerUnaryReactor* Drain(grpc::CallbackServerContext* context,
                                  const v1::DrainRequest* request,
                                  v1::DrainResponse* response) override;

 private:
  grpc::Status Authorize(const grpc::CallbackServerContext& context) const;

  Runner& runner_;
  const std::string name_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_ADMIN_SERVICE_H_
