#include "services/build/permission_checker.h"

#include "absl/strings/str_cat.h"
#include "lib/rpc/client.h"
#include "lib/status/macros.h"

namespace kozmic::build {
namespace {

constexpr size_t kMostRemembered = 100000;
constexpr absl::Duration kTimeout = absl::Seconds(3);

}  // namespace

PermissionChecker::PermissionChecker(std::shared_ptr<grpc::Channel> project_service,
                                     const Clock& clock)
    : stub_(project::v1::ProjectService::NewStub(std::move(project_service))), clock_(clock) {}

absl::Status PermissionChecker::MayView(const Caller& caller, int64_t project) {
  if (caller.kind == Caller::Kind::kService) return absl::OkStatus();
  if (caller.kind != Caller::Kind::kUser) return absl::UnauthenticatedError("sign in first");
  const std::string key = absl::StrCat(caller.name, " ", project);
  const absl::Time now = clock_.Now();
  {
    absl::MutexLock lock(&mutex_);
    const auto found = granted_.find(key);
    if (found != granted_.end() && found->second > now) return absl::OkStatus();
  }
  project::v1::CheckPermissionRequest request;
  request.set_project(absl::StrCat("projects/", project));
  request.set_permission(project::v1::PERMISSION_VIEW);
  KOZMIC_ASSIGN_OR_RETURN(const auto response,
                          Call(*stub_, &project::v1::ProjectService::Stub::CheckPermission, request,
                               caller.bearer, kTimeout));
  absl::MutexLock lock(&mutex_);
  if (granted_.size() >= kMostRemembered) granted_.clear();
  granted_[key] = now + absl::Seconds(response.cache_seconds());
  return absl::OkStatus();
}

}  // namespace kozmic::build
