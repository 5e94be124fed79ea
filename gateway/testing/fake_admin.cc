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

grpc::Status FakeAdmin::RevokeRunner(grpc::ServerContext* context,
                                     const build::v1::RevokeRunnerRequest* request,
                                     build::v1::Runner* response) {
  absl::MutexLock lock(&mutex);
  absl::Status status = Check(*context, request->name());
  if (status.ok() && !runner.has_registration()) {
    status =
        WithReason(absl::FailedPreconditionError("no credential of its own"), "not_registered");
  }
  if (status.ok()) runner.mutable_registration()->set_revoked_by("ada");
  *response = runner;
  return ToGrpc(status, *context);
}

grpc::Status FakeAdmin::CreateRegistrationToken(
    grpc::ServerContext* context, const build::v1::CreateRegistrationTokenRequest* request,
    build::v1::CreateRegistrationTokenResponse* response) {
  absl::MutexLock lock(&mutex);
  token_asked = *request;
  absl::Status status = CheckAdmin(*context);
  if (status.ok() && request->runner() == "No Name") {
    status = WithDetail(absl::InvalidArgumentError("runner: must be a name"), "field", "runner");
  }
  response->mutable_registration_token()->set_name("registrationTokens/3");
  response->mutable_registration_token()->set_runner(request->runner());
  response->set_token("kzj_secret");
  return ToGrpc(status, *context);
}

grpc::Status FakeAdmin::ListRegistrationTokens(
    grpc::ServerContext* context, const build::v1::ListRegistrationTokensRequest*,
    build::v1::ListRegistrationTokensResponse* response) {
  build::v1::RegistrationToken& token = *response->add_registration_tokens();
  token.set_name("registrationTokens/3");
  token.set_display_name("rack 7");
  token.add_labels("gpu");
  token.set_creator("ada");
  token.mutable_create_time()->set_seconds(1700000000);
  token.mutable_expire_time()->set_seconds(1700003600);
  return ToGrpc(CheckAdmin(*context), *context);
}

grpc::Status FakeAdmin::DeleteRegistrationToken(
    grpc::ServerContext* context, const build::v1::DeleteRegistrationTokenRequest* request,
    build::v1::DeleteRegistrationTokenResponse*) {
  absl::Status status = CheckAdmin(*context);
  if (status.ok() && request->name() != "registrationTokens/3") {
    status = absl::NotFoundError("no such registration token");
  }
  return ToGrpc(status, *context);
}

grpc::Status FakeAdmin::MoveQueuedJob(grpc::ServerContext* context,
                                      const build::v1::MoveQueuedJobRequest* request,
                                      build::v1::QueuedJob* response) {
  absl::MutexLock lock(&mutex);
  move_asked = *request;
  response->set_name(request->name());
  return ToGrpc(CheckAdmin(*context), *context);
}

grpc::Status FakeAdmin::PauseProject(grpc::ServerContext* context,
                                     const build::v1::PauseProjectRequest* request,
                                     build::v1::PausedProject* response) {
  absl::MutexLock lock(&mutex);
  const absl::Status status = CheckAdmin(*context);
  if (status.ok()) paused.insert(request->name());
  response->set_name(request->name());
  response->set_paused_by("ada");
  return ToGrpc(status, *context);
}

grpc::Status FakeAdmin::ResumeProject(grpc::ServerContext* context,
                                      const build::v1::ResumeProjectRequest* request,
                                      build::v1::PausedProject* response) {
  absl::MutexLock lock(&mutex);
  const absl::Status status = CheckAdmin(*context);
  if (status.ok()) paused.erase(request->name());
  response->set_name(request->name());
  return ToGrpc(status, *context);
}

grpc::Status FakeAdmin::ListPausedProjects(grpc::ServerContext* context,
                                           const build::v1::ListPausedProjectsRequest*,
                                           build::v1::ListPausedProjectsResponse* response) {
  absl::MutexLock lock(&mutex);
  for (const std::string& name : paused) response->add_projects()->set_name(name);
  return ToGrpc(CheckAdmin(*context), *context);
}

}  // namespace kozmic::gateway
