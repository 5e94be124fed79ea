#ifndef KOZMIC_SERVICES_RUNNER_ADMIN_SERVICE_H_
#define KOZMIC_SERVICES_RUNNER_ADMIN_SERVICE_H_

#include <functional>
#include <string>
#include <utility>

#include "kozmic/runner/v1/runner.grpc.pb.h"
#include "services/runner/job_table.h"

namespace kozmic::runner {

// RunnerAdminService: who has the runner token may ask and drain.
class AdminService final : public v1::RunnerAdminService::CallbackService {
 public:
  // `drain` must return at once. Nothing is owned.
  AdminService(const JobTable& jobs, std::string runner, std::string token,
               std::function<void()> drain)
      : jobs_(jobs),
        runner_(std::move(runner)),
        token_(std::move(token)),
        drain_(std::move(drain)) {}

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusResponse* response) override;
  grpc::ServerUnaryReactor* Drain(grpc::CallbackServerContext* context,
                                  const v1::DrainRequest* request,
                                  v1::DrainResponse* response) override;

 private:
  grpc::Status Authorize(const grpc::CallbackServerContext& context) const;

  const JobTable& jobs_;
  const std::string runner_;
  const std::string token_;
  const std::function<void()> drain_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_ADMIN_SERVICE_H_
