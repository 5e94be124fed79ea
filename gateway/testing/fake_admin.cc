#include "gateway/testing/fake_admin.h"

#include <string>

#include "gateway/testing/fake_caller.h"
#include "lib/rpc/grpc_status.h"
#include "lib/status/annotate.h"

namespace kozmic::gateway {
namespace {

absl::Status CheckAdmin(const grpc::ServerContext& context) {
  if (UserOf(BearerOf(context)) == "users/7") return absl::OkStatus();
  return WithReason(absl::PermissionDeniedError("only administrators may call this"),
                    "admin_needed");
}

}  // namespace

absl::Status FakeAdmin::Check(const grpc::ServerContext& context, const std::string& name) {
  const absl::Status admin = CheckAdmin(context);
  if (!admin.ok()) return admin;
  return name == runner.name() ? absl::OkStatus() : absl::NotFoundError("no such runner");
}

grpc::Status FakeAdmin::ListRunners(grpc::ServerContext* context,
                                    const build::v1::ListRunnersRequest* request,
                                    build::v1::ListRunnersResponse* response) {
  absl::MutexLock lock(&mutex);
  runners_asked = *request;
  *response->add_runners() = runner;
  response->set_next_page_token("next");
  return ToGrpc(CheckAdmin(*context), *context);
}

grpc::Status FakeAdmin::PauseRunner(grpc::ServerContext* context,
                                    const build::v1::PauseRunnerRequest* request,
                                    build::v1::Runner* response) {
  absl::MutexLock lock(&mutex);
  const absl::Status status = Check(*context, request->name());
  if (status.ok()) runner.set_paused_by("ada");
  *response = runner;
  return ToGrpc(status, *context);
}

grpc::Status FakeAdmin::ResumeRunner(grpc::ServerContext* context,
                                     const build::v1::ResumeRunnerRequest* request,
                                     build::v1::Runner* response) {
  absl::MutexLock lock(&mutex);
  const absl::Status status = Check(*context, request->name());
  if (status.ok()) runner.clear_paused_by();
  *response = runner;
  return ToGrpc(status, *context);
}

grpc::Status FakeAdmin::DeleteRunner(grpc::ServerContext* context,
                                     const build::v1::DeleteRunnerRequest* request,
                                     build::v1::DeleteRunnerResponse*) {
  absl::MutexLock lock(&mutex);
  absl::Status status = Check(*context, request->name());
  if (status.ok() && runner.online()) {
    status = WithReason(absl::FailedPreconditionError("the runner was there a moment ago"),
                        "runner_online");
  }
  return ToGrpc(status, *context);
}

grpc::Status FakeAdmin::ListQueue(grpc::ServerContext* context,
                                  const build::v1::ListQueueRequest* request,
                                  build::v1::ListQueueResponse* response) {
  absl::MutexLock lock(&mutex);
  queue_asked = *request;
  *response->add_jobs() = job;
  response->set_waiting(7);
  response->set_running(2);
  return ToGrpc(CheckAdmin(*context), *context);
}

}  // namespace kozmic::gateway
