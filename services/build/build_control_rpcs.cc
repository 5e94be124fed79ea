// What people do to builds, as rpcs.

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/build_service.h"
#include "services/build/domain/wait_text.h"
#include "services/build/job_environment.h"
#include "services/build/validate.h"

namespace kozmic::build {
namespace {

constexpr char kBuildName[] = "projects/{project}/builds/{build}";
constexpr char kJobName[] = "projects/{project}/builds/{build}/jobs/{job}";
constexpr char kSettingsName[] = "projects/{project}/settings";

}  // namespace

grpc::ServerUnaryReactor* BuildServiceRpc::ListAttempts(grpc::CallbackServerContext* context,
                                                        const v1::ListAttemptsRequest* request,
                                                        v1::ListAttemptsResponse* response) {
  return unary_.Run(context, "ListAttempts", [=, this](const Caller& caller) -> absl::Status {
    int64_t project = 0;
    int64_t build = 0;
    int64_t job = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName(kJobName, request->parent(), {&project, &build, &job}));
    KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayView(caller, project));
    KOZMIC_ASSIGN_OR_RETURN(std::vector<v1::Attempt> attempts,
                            parts_.store.ListAttempts(project, build, job));
    for (v1::Attempt& attempt : attempts) response->add_attempts()->Swap(&attempt);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BuildServiceRpc::GetJobSpec(grpc::CallbackServerContext* context,
                                                      const v1::GetJobSpecRequest* request,
                                                      runner::v1::JobSpec* response) {
  return unary_.Run(context, "GetJobSpec", [=, this](const Caller& caller) -> absl::Status {
    int64_t project = 0;
    int64_t build = 0;
    int64_t job = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName(kJobName, request->job(), {&project, &build, &job}));
    KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayView(caller, project));
    KOZMIC_ASSIGN_OR_RETURN(const GrantedLease spec, parts_.store.GetSpec(project, build, job));
    FillJobSpec(spec, parts_.public_url, response);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BuildServiceRpc::ExplainWait(grpc::CallbackServerContext* context,
                                                       const v1::ExplainWaitRequest* request,
                                                       v1::ExplainWaitResponse* response) {
  return unary_.Run(context, "ExplainWait", [=, this](const Caller& caller) -> absl::Status {
    int64_t project = 0;
    int64_t build = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName(kBuildName, request->build(), {&project, &build}));
    KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayView(caller, project));
    KOZMIC_ASSIGN_OR_RETURN(const std::vector<WaitFacts> waits,
                            parts_.control.ListWaits(project, build));
    for (const WaitFacts& wait : waits) *response->add_waits() = Explain(wait);
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::Build> BuildServiceRpc::Cancel(const Caller& caller, int64_t project,
                                                  int64_t build, int64_t job) {
  KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayConfigure(caller, project));
  KOZMIC_ASSIGN_OR_RETURN(const std::string login, parts_.login_of(caller));
  KOZMIC_RETURN_IF_ERROR(
      parts_.control.Cancel(project, build, job, absl::StrCat("Cancelled by ", login, ".")));
  return parts_.store.Get(project, build);
}

grpc::ServerUnaryReactor* BuildServiceRpc::CancelBuild(grpc::CallbackServerContext* context,
                                                       const v1::CancelBuildRequest* request,
                                                       v1::Build* response) {
  return unary_.Run(context, "CancelBuild", [=, this](const Caller& caller) -> absl::Status {
    int64_t project = 0;
    int64_t build = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName(kBuildName, request->name(), {&project, &build}));
    KOZMIC_ASSIGN_OR_RETURN(*response, Cancel(caller, project, build, 0));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BuildServiceRpc::CancelJob(grpc::CallbackServerContext* context,
                                                     const v1::CancelJobRequest* request,
                                                     v1::Build* response) {
  return unary_.Run(context, "CancelJob", [=, this](const Caller& caller) -> absl::Status {
    int64_t project = 0;
    int64_t build = 0;
    int64_t job = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName(kJobName, request->name(), {&project, &build, &job}));
    KOZMIC_ASSIGN_OR_RETURN(*response, Cancel(caller, project, build, job));
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::Build> BuildServiceRpc::Restart(const Caller& caller, int64_t project,
                                                   int64_t build, int64_t job, bool failed_only) {
  KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayConfigure(caller, project));
  using HookOfJob = std::map<int64_t, std::string>;
  KOZMIC_ASSIGN_OR_RETURN(const HookOfJob hooks,
                          parts_.control.ListRestartable(project, build, job, failed_only));
  std::map<int64_t, v1::JobSpec> specs;
  absl::Status gone;
  for (const auto& [number, hook] : hooks) {
    absl::StatusOr<v1::JobSpec> spec = parts_.hook_spec(hook);
    if (Reason(spec.status()) == "hook_gone") {
      // The others can be restarted all the same.
      gone = spec.status();
      continue;
    }
    KOZMIC_RETURN_IF_ERROR(spec.status());
    specs[number] = *std::move(spec);
  }
  if (specs.empty()) return gone;
  KOZMIC_RETURN_IF_ERROR(parts_.control.Restart(project, build, specs));
  return parts_.store.Get(project, build);
}

grpc::ServerUnaryReactor* BuildServiceRpc::RestartJob(grpc::CallbackServerContext* context,
                                                      const v1::RestartJobRequest* request,
                                                      v1::Build* response) {
  return unary_.Run(context, "RestartJob", [=, this](const Caller& caller) -> absl::Status {
    int64_t project = 0;
    int64_t build = 0;
    int64_t job = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName(kJobName, request->name(), {&project, &build, &job}));
    KOZMIC_ASSIGN_OR_RETURN(*response, Restart(caller, project, build, job, /*failed_only=*/false));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BuildServiceRpc::RestartBuild(grpc::CallbackServerContext* context,
                                                        const v1::RestartBuildRequest* request,
                                                        v1::Build* response) {
  return unary_.Run(context, "RestartBuild", [=, this](const Caller& caller) -> absl::Status {
    int64_t project = 0;
    int64_t build = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName(kBuildName, request->name(), {&project, &build}));
    KOZMIC_ASSIGN_OR_RETURN(*response, Restart(caller, project, build, 0, request->failed_only()));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BuildServiceRpc::ApproveBuild(grpc::CallbackServerContext* context,
                                                        const v1::ApproveBuildRequest* request,
                                                        v1::Build* response) {
  return unary_.Run(context, "ApproveBuild", [=, this](const Caller& caller) -> absl::Status {
    int64_t project = 0;
    int64_t build = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName(kBuildName, request->name(), {&project, &build}));
    KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayConfigure(caller, project));
    KOZMIC_ASSIGN_OR_RETURN(const std::string login, parts_.login_of(caller));
    KOZMIC_RETURN_IF_ERROR(parts_.control.Approve(project, build, request->commit(), login));
    KOZMIC_ASSIGN_OR_RETURN(*response, parts_.store.Get(project, build));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BuildServiceRpc::GetProjectSettings(
    grpc::CallbackServerContext* context, const v1::GetProjectSettingsRequest* request,
    v1::ProjectSettings* response) {
  return unary_.Run(context, "GetProjectSettings", [=, this](const Caller& caller) -> absl::Status {
    int64_t project = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName(kSettingsName, request->name(), {&project}));
    KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayView(caller, project));
    KOZMIC_ASSIGN_OR_RETURN(*response, parts_.control.GetSettings(project));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* BuildServiceRpc::UpdateProjectSettings(
    grpc::CallbackServerContext* context, const v1::UpdateProjectSettingsRequest* request,
    v1::ProjectSettings* response) {
  return unary_.Run(
      context, "UpdateProjectSettings", [=, this](const Caller& caller) -> absl::Status {
        int64_t project = 0;
        KOZMIC_RETURN_IF_ERROR(ParseName(kSettingsName, request->settings().name(), {&project}));
        KOZMIC_RETURN_IF_ERROR(parts_.permissions.MayConfigure(caller, project));
        KOZMIC_RETURN_IF_ERROR(Validate(request->settings()));
        KOZMIC_ASSIGN_OR_RETURN(const Author author, AuthorOf(caller));
        KOZMIC_RETURN_IF_ERROR(parts_.control.UpdateSettings(project, request->settings(), author));
        KOZMIC_ASSIGN_OR_RETURN(*response, parts_.control.GetSettings(project));
        return absl::OkStatus();
      });
}

}  // namespace kozmic::build
