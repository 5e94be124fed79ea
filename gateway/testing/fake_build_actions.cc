#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/testing/fake_builds.h"
#include "gateway/testing/fake_caller.h"
#include "lib/rpc/grpc_status.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

// What FakeBuilds does to builds and jobs, and what it keeps of projects.

namespace kozmic::gateway {
namespace {

using build::v1::Build;
using build::v1::Job;

bool HasEnded(build::v1::State state) {
  return state != build::v1::STATE_ENQUEUED && state != build::v1::STATE_PENDING;
}

absl::Status Refused(absl::string_view reason, absl::string_view message) {
  return WithReason(absl::FailedPreconditionError(message), reason);
}

absl::Status Cancel(Build& build, Job* only) {
  bool cancelled = false;
  for (Job& job : *build.mutable_jobs()) {
    if ((only != nullptr && only != &job) || HasEnded(job.state())) continue;
    job.set_cancelling(job.state() == build::v1::STATE_PENDING);
    if (!job.cancelling()) job.set_state(build::v1::STATE_CANCELLED);
    cancelled = true;
  }
  if (!cancelled) return Refused("not_running", "It has ended.");
  return absl::OkStatus();
}

absl::Status Restart(Build& build, Job* only, bool failed_only) {
  bool restarted = false;
  for (Job& job : *build.mutable_jobs()) {
    if ((only != nullptr && only != &job) || !HasEnded(job.state())) continue;
    if (failed_only && job.state() == build::v1::STATE_SUCCESS) continue;
    job.set_state(build::v1::STATE_ENQUEUED);
    job.set_gate(build::v1::GATE_OPEN);
    restarted = true;
  }
  if (!restarted) return Refused("not_finished", "It has not ended.");
  build.set_state(build::v1::STATE_ENQUEUED);
  build.set_generation(build.generation() + 1);
  return absl::OkStatus();
}

}  // namespace

absl::Status FakeBuilds::Note(const char* rpc, const grpc::ServerContext& context,
                              const google::protobuf::Message& request) {
  calls_.emplace_back(rpc, absl::StrCat(BearerOf(context), " ", request.ShortDebugString()));
  return Note(context);
}

absl::Status FakeBuilds::On(const char* rpc, const grpc::ServerContext& context,
                            const google::protobuf::Message& request, const std::string& name,
                            const Work& work) {
  absl::MutexLock lock(&mutex_);
  KOZMIC_RETURN_IF_ERROR(Note(rpc, context, request));
  Key key = {};
  int64_t number = 0;
  const bool of_job = absl::StrContains(name, "/jobs/");
  KOZMIC_RETURN_IF_ERROR(
      of_job ? ParseName("projects/{project}/builds/{build}/jobs/{job}", name,
                         {&key.first, &key.second, &number})
             : ParseName("projects/{project}/builds/{build}", name, {&key.first, &key.second}));
  const auto build = builds_.find(key);
  if (build == builds_.end()) return absl::NotFoundError("no such build");
  if (!of_job) return work(build->second, nullptr);
  for (Job& job : *build->second.mutable_jobs()) {
    if (job.number() == number) return work(build->second, &job);
  }
  return absl::NotFoundError("no such job");
}

grpc::Status FakeBuilds::ListAttempts(grpc::ServerContext* context,
                                      const build::v1::ListAttemptsRequest* request,
                                      build::v1::ListAttemptsResponse* response) {
  return ToGrpc(On("ListAttempts", *context, *request, request->parent(),
                   [&](Build&, Job* job) {
                     for (int number = job->attempt(); number > 0; --number) {
                       build::v1::Attempt* attempt = response->add_attempts();
                       attempt->set_number(number);
                       attempt->set_state(build::v1::STATE_FAILURE);
                       attempt->set_exit_code(number);
                       attempt->set_title(job->title());
                       attempt->mutable_log()->set_name(absl::StrCat("logs/1-1-1-", number));
                     }
                     return absl::OkStatus();
                   }),
                *context);
}

grpc::Status FakeBuilds::GetJobSpec(grpc::ServerContext* context,
                                    const build::v1::GetJobSpecRequest* request,
                                    runner::v1::JobSpec* response) {
  return ToGrpc(On("GetJobSpec", *context, *request, request->job(),
                   [&](Build& build, Job* job) {
                     response->set_commit(build.commit());
                     response->set_title(job->title());
                     response->set_script("#!/bin/sh\necho \"\xc3\xbc\"\n");
                     response->add_tracked_files("a/b");
                     (*response->mutable_environment())["KOZMIC_BRANCH"] = "main";
                     return absl::OkStatus();
                   }),
                *context);
}

grpc::Status FakeBuilds::ExplainWait(grpc::ServerContext* context,
                                     const build::v1::ExplainWaitRequest* request,
                                     build::v1::ExplainWaitResponse* response) {
  return ToGrpc(On("ExplainWait", *context, *request, request->build(),
                   [&](Build& build, Job*) {
                     for (const Job& job : build.jobs()) {
                       if (job.state() != build::v1::STATE_ENQUEUED) continue;
                       auto* wait = response->add_waits();
                       wait->set_job(job.number());
                       wait->set_gate(job.gate());
                       *wait->mutable_missing_labels() = job.labels();
                       wait->set_ahead(3);
                       wait->set_sentence("Three jobs are before it.");
                     }
                     return absl::OkStatus();
                   }),
                *context);
}

grpc::Status FakeBuilds::CancelBuild(grpc::ServerContext* context,
                                     const build::v1::CancelBuildRequest* request,
                                     Build* response) {
  return ToGrpc(On("CancelBuild", *context, *request, request->name(),
                   [&](Build& build, Job* job) {
                     KOZMIC_RETURN_IF_ERROR(Cancel(build, job));
                     *response = build;
                     return absl::OkStatus();
                   }),
                *context);
}

grpc::Status FakeBuilds::CancelJob(grpc::ServerContext* context,
                                   const build::v1::CancelJobRequest* request, Build* response) {
  return ToGrpc(On("CancelJob", *context, *request, request->name(),
                   [&](Build& build, Job* job) {
                     KOZMIC_RETURN_IF_ERROR(Cancel(build, job));
                     *response = build;
                     return absl::OkStatus();
                   }),
                *context);
}

grpc::Status FakeBuilds::RestartJob(grpc::ServerContext* context,
                                    const build::v1::RestartJobRequest* request, Build* response) {
  return ToGrpc(On("RestartJob", *context, *request, request->name(),
                   [&](Build& build, Job* job) {
                     KOZMIC_RETURN_IF_ERROR(Restart(build, job, /*failed_only=*/false));
                     *response = build;
                     return absl::OkStatus();
                   }),
                *context);
}

grpc::Status FakeBuilds::RestartBuild(grpc::ServerContext* context,
                                      const build::v1::RestartBuildRequest* request,
                                      Build* response) {
  return ToGrpc(On("RestartBuild", *context, *request, request->name(),
                   [&](Build& build, Job* job) {
                     KOZMIC_RETURN_IF_ERROR(Restart(build, job, request->failed_only()));
                     *response = build;
                     return absl::OkStatus();
                   }),
                *context);
}

grpc::Status FakeBuilds::ApproveBuild(grpc::ServerContext* context,
                                      const build::v1::ApproveBuildRequest* request,
                                      Build* response) {
  return ToGrpc(On("ApproveBuild", *context, *request, request->name(),
                   [&](Build& build, Job*) {
                     if (!build.approval().needed() || !build.approval().approver().empty()) {
                       return Refused("not_waiting", "It does not wait for approval.");
                     }
                     if (build.commit() != request->commit()) {
                       return Refused("commit_differs", "It is of another commit.");
                     }
                     build.mutable_approval()->set_approver("ada");
                     build.mutable_approval()->mutable_approve_time()->set_seconds(1700000000);
                     *response = build;
                     return absl::OkStatus();
                   }),
                *context);
}

grpc::Status FakeBuilds::GetProjectSettings(grpc::ServerContext* context,
                                            const build::v1::GetProjectSettingsRequest* request,
                                            build::v1::ProjectSettings* response) {
  absl::MutexLock lock(&mutex_);
  const auto found = settings_.find(request->name());
  if (found != settings_.end()) {
    *response = found->second;
  } else {
    response->set_cancel_superseded_pull_requests(true);
    response->set_mail(true);
  }
  return ToGrpc(Note("GetProjectSettings", *context, *request), *context);
}

grpc::Status FakeBuilds::UpdateProjectSettings(
    grpc::ServerContext* context, const build::v1::UpdateProjectSettingsRequest* request,
    build::v1::ProjectSettings* response) {
  absl::MutexLock lock(&mutex_);
  absl::Status status = Note("UpdateProjectSettings", *context, *request);
  if (status.ok() && request->settings().max_parallel() > 1000) {
    status = WithDetail(absl::InvalidArgumentError("max_parallel: at most 1000"), "field",
                        "max_parallel");
  }
  if (status.ok()) *response = settings_[request->settings().name()] = request->settings();
  return ToGrpc(status, *context);
}

grpc::Status FakeBuilds::CreateNotificationHook(
    grpc::ServerContext* context, const build::v1::CreateNotificationHookRequest* request,
    build::v1::NotificationHook* response) {
  absl::MutexLock lock(&mutex_);
  absl::Status status = Note("CreateNotificationHook", *context, *request);
  if (status.ok() && !absl::StartsWith(request->url(), "https://")) {
    status =
        WithDetail(absl::InvalidArgumentError("url: must begin with https://"), "field", "url");
  }
  if (status.ok() && request->secret().size() < 16) {
    status = WithDetail(absl::InvalidArgumentError("secret: too short"), "field", "secret");
  }
  if (!status.ok()) return ToGrpc(status, *context);
  response->set_name(
      absl::StrCat(request->parent(), "/notificationHooks/", notification_hooks_.size() + 1));
  response->set_url(request->url());
  notification_hooks_[response->name()] = *response;
  return grpc::Status::OK;
}

grpc::Status FakeBuilds::ListNotificationHooks(
    grpc::ServerContext* context, const build::v1::ListNotificationHooksRequest* request,
    build::v1::ListNotificationHooksResponse* response) {
  absl::MutexLock lock(&mutex_);
  for (const auto& [name, hook] : notification_hooks_) {
    if (absl::StartsWith(name, absl::StrCat(request->parent(), "/"))) {
      *response->add_hooks() = hook;
    }
  }
  return ToGrpc(Note("ListNotificationHooks", *context, *request), *context);
}

grpc::Status FakeBuilds::DeleteNotificationHook(
    grpc::ServerContext* context, const build::v1::DeleteNotificationHookRequest* request,
    build::v1::DeleteNotificationHookResponse*) {
  absl::MutexLock lock(&mutex_);
  absl::Status status = Note("DeleteNotificationHook", *context, *request);
  if (status.ok() && notification_hooks_.erase(request->name()) == 0) {
    status = absl::NotFoundError("no such notification hook");
  }
  return ToGrpc(status, *context);
}

std::vector<std::string> FakeBuilds::Calls(const std::string& rpc) {
  std::vector<std::string> found;
  absl::MutexLock lock(&mutex_);
  for (const auto& [name, call] : calls_) {
    if (name == rpc) found.push_back(call);
  }
  return found;
}

grpc::Status FakeBuilds::ListSettingsChanges(grpc::ServerContext* context,
                                             const history::v1::ListSettingsChangesRequest* request,
                                             history::v1::ListSettingsChangesResponse* response) {
  absl::MutexLock lock(&mutex_);
  history.List(*request, response);
  return ToGrpc(Note("ListSettingsChanges", *context, *request), *context);
}

grpc::Status FakeBuilds::GetSettingsChange(grpc::ServerContext* context,
                                           const history::v1::GetSettingsChangeRequest* request,
                                           history::v1::SettingsChange* response) {
  absl::MutexLock lock(&mutex_);
  absl::Status status = Note("GetSettingsChange", *context, *request);
  if (status.ok()) status = history.Get(*request, response);
  return ToGrpc(status, *context);
}

}  // namespace kozmic::gateway
