#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/macros.h"
#include "services/build/runner_service.h"
#include "services/build/validate.h"

namespace kozmic::build {
namespace {

void FillImage(const InstallImage& image, runner::v1::InstallImage& out) {
  out.set_digest(image.digest);
  out.set_inputs(image.inputs);
  out.set_build(image.build);
  out.set_runner(image.runner);
}

// Rounded up: who looks at that time is not too early.
int32_t WholeSeconds(absl::Duration duration) {
  return static_cast<int32_t>(
      std::max<int64_t>(1, absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1)))));
}

}  // namespace

grpc::ServerUnaryReactor* RunnerServiceRpc::ClaimInstall(
    grpc::CallbackServerContext* context, const runner::v1::ClaimInstallRequest* request,
    runner::v1::ClaimInstallResponse* response) {
  return own_.Run(context, "ClaimInstall", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(OnlyRunners(caller));
    KOZMIC_RETURN_IF_ERROR(Validate(*request));
    KOZMIC_ASSIGN_OR_RETURN(const AttemptKey key,
                            ParseFenced(request->attempt(), request->fence()));
    KOZMIC_ASSIGN_OR_RETURN(const InstallStore::Claimed claimed,
                            installs_.Claim({.session = request->session(),
                                             .key = key,
                                             .registry = request->registry(),
                                             .cache_id = request->cache_id(),
                                             .waited_for = request->waited_for(),
                                             .missing_digest = request->missing_digest()}));
    if (claimed.image) FillImage(*claimed.image, *response->mutable_image());
    response->set_claim(claimed.claim);
    if (claimed.holder) {
      response->mutable_holder()->set_claim(claimed.holder->claim);
      response->mutable_holder()->set_build(claimed.holder->build);
      response->mutable_holder()->set_runner(claimed.holder->runner);
      response->set_look_again_seconds(WholeSeconds(claimed.holder->time_left));
    }
    for (const InstallImage& known : claimed.known) FillImage(known, *response->add_known());
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* RunnerServiceRpc::RenewInstalls(
    grpc::CallbackServerContext* context, const runner::v1::RenewInstallsRequest* request,
    runner::v1::RenewInstallsResponse* response) {
  return own_.Run(context, "RenewInstalls", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(OnlyRunners(caller));
    KOZMIC_RETURN_IF_ERROR(Validate(*request));
    KOZMIC_ASSIGN_OR_RETURN(
        const std::vector<int64_t> lost,
        installs_.Renew(request->session(), {request->claims().begin(), request->claims().end()}));
    response->mutable_lost()->Add(lost.begin(), lost.end());
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* RunnerServiceRpc::FinishInstall(
    grpc::CallbackServerContext* context, const runner::v1::FinishInstallRequest* request,
    runner::v1::FinishInstallResponse*) {
  return own_.Run(context, "FinishInstall", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(OnlyRunners(caller));
    KOZMIC_RETURN_IF_ERROR(Validate(*request));
    InstallStore::Finished finished = {.session = request->session(),
                                       .claim = request->claim(),
                                       .failed = request->failed(),
                                       .kept = request->kept()};
    if (request->has_image()) {
      finished.image =
          InstallImage{.digest = request->image().digest(), .inputs = request->image().inputs()};
    }
    return installs_.Finish(finished);
  });
}

grpc::ServerUnaryReactor* RunnerServiceRpc::TidyInstalls(
    grpc::CallbackServerContext* context, const runner::v1::TidyInstallsRequest* request,
    runner::v1::TidyInstallsResponse* response) {
  return own_.Run(context, "TidyInstalls", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(OnlyRunners(caller));
    KOZMIC_RETURN_IF_ERROR(Validate(*request));
    InstallStore::Tidying tidying = {.session = request->session(),
                                     .registry = request->registry()};
    for (const std::string& project : request->projects()) {
      int64_t id = 0;
      KOZMIC_RETURN_IF_ERROR(ParseName("projects/{project}", project, {&id}));
      tidying.projects.push_back(id);
    }
    for (const runner::v1::InstallRemoval& removal : request->removed()) {
      int64_t id = 0;
      KOZMIC_RETURN_IF_ERROR(ParseName("projects/{project}", removal.project(), {&id}));
      tidying.removed.push_back({id, removal.digest()});
    }
    KOZMIC_ASSIGN_OR_RETURN(const InstallStore::Tidied tidied, installs_.Tidy(tidying));
    for (const int64_t id : tidied.deleted_projects) {
      response->add_deleted_projects(absl::StrCat("projects/", id));
    }
    for (const InstallStore::Removal& removal : tidied.removals) {
      runner::v1::InstallRemoval& out = *response->add_removals();
      out.set_project(absl::StrCat("projects/", removal.project));
      out.set_digest(removal.digest);
    }
    return absl::OkStatus();
  });
}

}  // namespace kozmic::build
