#include "services/build/permission_checker.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/rpc/client.h"
#include "lib/status/macros.h"

namespace kozmic::build {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(3);

}  // namespace

PermissionChecker::PermissionChecker(std::shared_ptr<grpc::Channel> project_service,
                                     const Clock& clock, size_t most_grants)
    : stub_(project::v1::ProjectService::NewStub(std::move(project_service))),
      clock_(clock),
      most_grants_(most_grants) {}

absl::Status PermissionChecker::MayView(const Caller& caller, int64_t project) {
  if (caller.kind == Caller::Kind::kService) return absl::OkStatus();
  if (caller.kind != Caller::Kind::kUser) return absl::UnauthenticatedError("sign in first");
  std::string key = absl::StrCat(caller.name, " ", project);
  const absl::Time now = clock_.Now();
  if (IsGranted(key, now)) return absl::OkStatus();
  KOZMIC_ASSIGN_OR_RETURN(const auto response, Ask(caller, project, project::v1::PERMISSION_VIEW));
  Remember({std::move(key), now + absl::Seconds(response.cache_seconds())});
  return absl::OkStatus();
}

absl::Status PermissionChecker::MayConfigure(const Caller& caller, int64_t project) const {
  if (caller.kind == Caller::Kind::kService) return absl::OkStatus();
  if (caller.kind != Caller::Kind::kUser) return absl::UnauthenticatedError("sign in first");
  return Ask(caller, project, project::v1::PERMISSION_CONFIGURE).status();
}

absl::StatusOr<project::v1::CheckPermissionResponse> PermissionChecker::Ask(
    const Caller& caller, int64_t project, project::v1::Permission permission) const {
  project::v1::CheckPermissionRequest request;
  request.set_project(absl::StrCat("projects/", project));
  request.set_permission(permission);
  return Call(*stub_, &project::v1::ProjectService::Stub::CheckPermission, request, caller.bearer,
              kTimeout);
}

bool PermissionChecker::IsGranted(const std::string& key, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end() || found->second->until <= now) return false;
  grants_.splice(grants_.begin(), grants_, found->second);
  return true;
}

void PermissionChecker::Remember(Grant grant) {
  absl::MutexLock lock(&mutex_);
  const auto found = by_key_.find(grant.key);
  if (found != by_key_.end()) {
    grants_.erase(found->second);
    by_key_.erase(found);
  } else if (grants_.size() >= most_grants_) {
    by_key_.erase(grants_.back().key);
    grants_.pop_back();
  }
  grants_.push_front(std::move(grant));
  by_key_[grants_.front().key] = grants_.begin();
}

}  // namespace kozmic::build
