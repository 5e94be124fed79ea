#include "gateway/testing/fake_services.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/status/annotate.h"

namespace kozmic::gateway {
namespace {

// How often a fake that waits looks whether its caller has gone.
constexpr absl::Duration kLook = absl::Milliseconds(10);

bool IsUser(grpc::ServerContext& context) { return Bearer(context) == "Bearer session-7"; }

}  // namespace

grpc::Status FakeAuth::BeginLogin(grpc::ServerContext*, const auth::v1::BeginLoginRequest* request,
                                  auth::v1::BeginLoginResponse* response) {
  absl::MutexLock lock(&mutex);
  return_path = request->return_path();
  response->set_authorize_url("https://github.example/authorize?state=state-1");
  response->set_state("state-1");
  return grpc::Status::OK;
}

grpc::Status FakeAuth::CompleteLogin(grpc::ServerContext* context,
                                     const auth::v1::CompleteLoginRequest* request,
                                     auth::v1::CompleteLoginResponse* response) {
  if (request->code() == "used") {
    return ToGrpc(WithReason(absl::InvalidArgumentError("used"), "login_expired"), *context);
  }
  if (request->code() == "refused") {
    return ToGrpc(WithReason(absl::PermissionDeniedError("no"), "github_refused"), *context);
  }
  response->set_session_token("session-7");
  response->mutable_expire_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 3600);
  absl::MutexLock lock(&mutex);
  response->set_return_path(return_path);
  return grpc::Status::OK;
}

grpc::Status FakeAuth::Authenticate(grpc::ServerContext* context,
                                    const auth::v1::AuthenticateRequest* request,
                                    auth::v1::AuthenticateResponse* response) {
  if (request->credential() != "session-7") {
    return ToGrpc(absl::UnauthenticatedError("unknown session"), *context);
  }
  response->mutable_user()->set_name("users/7");
  return grpc::Status::OK;
}

grpc::Status FakeAuth::GetUser(grpc::ServerContext*, const auth::v1::GetUserRequest* request,
                               auth::v1::User* response) {
  response->set_name(request->name());
  response->set_login("ada");
  return grpc::Status::OK;
}

grpc::Status FakeAuth::DeleteSession(grpc::ServerContext*,
                                     const auth::v1::DeleteSessionRequest* request,
                                     auth::v1::DeleteSessionResponse*) {
  absl::MutexLock lock(&mutex);
  deleted = request->session_token();
  return grpc::Status::OK;
}

grpc::Status FakeProjects::CreateProject(grpc::ServerContext* context,
                                         const project::v1::CreateProjectRequest* request,
                                         project::v1::Project* response) {
  if (!IsUser(*context)) return ToGrpc(absl::UnauthenticatedError("who?"), *context);
  if (request->repository() == "octo/taken") {
    return ToGrpc(WithReason(absl::AlreadyExistsError("It exists."), "project_exists"), *context);
  }
  response->set_name("projects/1");
  response->set_repository(request->repository());
  return grpc::Status::OK;
}

grpc::Status FakeProjects::ListProjects(grpc::ServerContext* context,
                                        const project::v1::ListProjectsRequest*,
                                        project::v1::ListProjectsResponse* response) {
  if (!IsUser(*context)) return ToGrpc(absl::UnauthenticatedError("who?"), *context);
  for (int id : {1, 2, 3}) {
    response->add_projects()->set_name(absl::StrCat("projects/", id));
  }
  return grpc::Status::OK;
}

grpc::Status FakeProjects::CheckPermission(grpc::ServerContext* context,
                                           const project::v1::CheckPermissionRequest* request,
                                           project::v1::CheckPermissionResponse* response) {
  if (!IsUser(*context) || request->project() != "projects/1") {
    return ToGrpc(absl::NotFoundError("no such project"), *context);
  }
  response->set_role(project::v1::ROLE_MEMBER);
  return grpc::Status::OK;
}

grpc::Status FakeProjects::AcceptWebhook(grpc::ServerContext* context,
                                         const project::v1::AcceptWebhookRequest* request,
                                         project::v1::AcceptWebhookResponse* response) {
  absl::MutexLock lock(&mutex);
  webhook = *request;
  response->set_disposition(disposition);
  return ToGrpc(webhook_status, *context);
}

grpc::Status FakeBuilds::GetBuild(grpc::ServerContext* context,
                                  const build::v1::GetBuildRequest* request,
                                  build::v1::Build* response) {
  if (!IsUser(*context)) return ToGrpc(absl::UnauthenticatedError("who?"), *context);
  absl::MutexLock lock(&mutex_);
  for (const auto& [number, build] : builds_) {
    if (build.name() == request->name()) {
      *response = build;
      return grpc::Status::OK;
    }
  }
  return ToGrpc(absl::NotFoundError("no such build"), *context);
}

grpc::Status FakeBuilds::ListBuilds(grpc::ServerContext*,
                                    const build::v1::ListBuildsRequest* request,
                                    build::v1::ListBuildsResponse* response) {
  absl::MutexLock lock(&mutex_);
  for (auto at = builds_.rbegin(); at != builds_.rend(); ++at) {
    if (!request->page_token().empty() && at->first >= std::stoll(request->page_token())) continue;
    if (response->builds_size() == request->page_size()) {
      response->set_next_page_token(
          absl::StrCat(response->builds(response->builds_size() - 1).number()));
      break;
    }
    *response->add_builds() = at->second;
  }
  return grpc::Status::OK;
}

grpc::Status FakeBuilds::BatchGetLatestBuilds(grpc::ServerContext*,
                                              const build::v1::BatchGetLatestBuildsRequest*,
                                              build::v1::BatchGetLatestBuildsResponse* response) {
  // Project 2 was built after project 1, project 3 never.
  for (int id : {1, 2}) {
    build::v1::Build* build = response->add_builds();
    build->set_name(absl::StrCat("projects/", id, "/builds/1"));
    build->mutable_create_time()->set_seconds(1000 * id);
  }
  return grpc::Status::OK;
}

grpc::Status FakeBuilds::WatchProject(grpc::ServerContext* context,
                                      const build::v1::WatchProjectRequest* request,
                                      grpc::ServerWriter<build::v1::WatchProjectResponse>* writer) {
  int64_t told = request->after_revision();
  bool first = true;
  absl::MutexLock lock(&mutex_);
  const int epoch = epoch_;
  ++watches_;
  while (!context->IsCancelled() && epoch == epoch_) {
    if (first || revision_ > told) {
      build::v1::WatchProjectResponse response;
      for (auto at = builds_.rbegin(); at != builds_.rend(); ++at) {
        if (at->second.revision() > told) *response.add_builds() = at->second;
      }
      response.set_revision(told = revision_);
      first = false;
      writer->Write(response);
    }
    mutex_.Unlock();
    absl::SleepFor(kLook);
    mutex_.Lock();
  }
  --watches_;
  return grpc::Status(grpc::StatusCode::UNAVAILABLE, "draining");
}

void FakeBuilds::Put(int64_t number, build::v1::State state) {
  absl::MutexLock lock(&mutex_);
  build::v1::Build& build = builds_[number];
  build.set_name(absl::StrCat("projects/1/builds/", number));
  build.set_number(number);
  build.set_state(state);
  build.set_revision(++revision_);
  if (build.jobs_size() == 0) {
    build::v1::Job* job = build.add_jobs();
    job->set_number(1);
    job->set_attempt(2);
  }
}

void FakeBuilds::AddJob(int64_t build, int number, int attempt) {
  absl::MutexLock lock(&mutex_);
  build::v1::Job* job = builds_[build].add_jobs();
  job->set_number(number);
  job->set_attempt(attempt);
}

void FakeBuilds::Break() {
  absl::MutexLock lock(&mutex_);
  ++epoch_;
}

int FakeBuilds::watches() {
  absl::MutexLock lock(&mutex_);
  return watches_;
}

grpc::Status FakeLogs::GetLog(grpc::ServerContext* context,
                              const logstream::v1::GetLogRequest* request,
                              logstream::v1::Log* response) {
  absl::MutexLock lock(&mutex_);
  const auto found = logs_.find(request->name());
  if (found == logs_.end()) return ToGrpc(absl::NotFoundError("no such log"), *context);
  response->set_name(request->name());
  response->set_size(static_cast<int64_t>(found->second.bytes.size()));
  response->set_sealed(found->second.sealed);
  return grpc::Status::OK;
}

grpc::Status FakeLogs::TailLog(grpc::ServerContext* context,
                               const logstream::v1::TailLogRequest* request,
                               grpc::ServerWriter<logstream::v1::TailLogResponse>* writer) {
  auto at = static_cast<size_t>(request->offset());
  size_t sent = 0;
  logstream::v1::TailLogResponse response;
  response.set_offset(request->offset());
  writer->Write(response);
  grpc::Status end(grpc::StatusCode::UNAVAILABLE, "draining");
  absl::MutexLock lock(&mutex_);
  const int epoch = epoch_;
  ++begun_;
  ++running_;
  while (!context->IsCancelled() && epoch == epoch_) {
    const Content& content = logs_[request->log()];
    if (break_after_ > 0 && sent >= break_after_) break;
    if (at < content.bytes.size()) {
      response.Clear();
      response.set_offset(static_cast<int64_t>(at));
      response.set_bytes(content.bytes.substr(at, piece_));
      at += response.bytes().size();
      sent += response.bytes().size();
      mutex_.Unlock();
      writer->Write(response);
      mutex_.Lock();
      continue;
    }
    if (content.sealed || !request->follow()) {
      response.Clear();
      response.set_offset(static_cast<int64_t>(content.bytes.size()));
      response.set_sealed(content.sealed);
      if (content.sealed) response.set_sha256("abc123");
      writer->Write(response);
      end = grpc::Status::OK;
      break;
    }
    mutex_.Unlock();
    absl::SleepFor(kLook);
    mutex_.Lock();
  }
  --running_;
  return end;
}

void FakeLogs::Append(const std::string& log, const std::string& bytes) {
  absl::MutexLock lock(&mutex_);
  logs_[log].bytes += bytes;
}
void FakeLogs::Seal(const std::string& log) {
  absl::MutexLock lock(&mutex_);
  logs_[log].sealed = true;
}
void FakeLogs::Break() {
  absl::MutexLock lock(&mutex_);
  ++epoch_;
}
void FakeLogs::SetPiece(size_t bytes) {
  absl::MutexLock lock(&mutex_);
  piece_ = bytes;
}
void FakeLogs::BreakAfter(size_t bytes) {
  absl::MutexLock lock(&mutex_);
  break_after_ = bytes;
}
int FakeLogs::begun() {
  absl::MutexLock lock(&mutex_);
  return begun_;
}
int FakeLogs::running() {
  absl::MutexLock lock(&mutex_);
  return running_;
}

}  // namespace kozmic::gateway
