#include "services/runner/admin_service.h"

#include <openssl/crypto.h>

#include "lib/base/log.h"
#include "lib/rpc/unary.h"

namespace kozmic::runner {

grpc::Status AdminService::Authorize(const grpc::CallbackServerContext& context) const {
  const std::string bearer = BearerOf(context);
  const std::string own = runner_.bearer();
  const bool good =
      bearer.size() == own.size() && CRYPTO_memcmp(bearer.data(), own.data(), own.size()) == 0;
  if (good) return grpc::Status::OK;
  return {grpc::StatusCode::UNAUTHENTICATED, "show what this runner proves itself by"};
}

grpc::ServerUnaryReactor* AdminService::GetStatus(grpc::CallbackServerContext* context,
                                                  const v1::GetStatusRequest*,
                                                  v1::GetStatusResponse* response) {
  const grpc::Status status = Authorize(*context);
  if (status.ok()) {
    const JobTable& jobs = runner_.jobs();
    response->set_runner(name_);
    response->set_slots(jobs.slots());
    response->set_draining(jobs.draining());
    response->set_unfit(std::string(runner_.fitness().message()));
    for (const auto& job : jobs.Jobs()) {
      auto& running = *response->add_jobs();
      running.set_attempt(job->lease().attempt());
      running.set_fence(job->lease().fence());
      running.set_phase(job->phase());
      running.set_container_id(job->container_id());
    }
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::Drain(grpc::CallbackServerContext* context,
                                              const v1::DrainRequest*, v1::DrainResponse*) {
  const grpc::Status status = Authorize(*context);
  if (status.ok()) {
    Log(Severity::kInfo, "draining, as an administrator asked");
    runner_.Drain();
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

}  // namespace kozmic::runner
