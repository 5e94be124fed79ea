#include "gateway/permission.h"

#include "absl/strings/str_cat.h"
#include "lib/rpc/client.h"

namespace kozmic::gateway {

absl::Status MayView(const Backends& backends, const std::string& bearer, int64_t project,
                     absl::Duration timeout) {
  project::v1::CheckPermissionRequest request;
  request.set_project(absl::StrCat("projects/", project));
  request.set_permission(project::v1::PERMISSION_VIEW);
  return Call(*backends.project, &project::v1::ProjectService::Stub::CheckPermission, request,
              bearer, timeout)
      .status();
}

}  // namespace kozmic::gateway
