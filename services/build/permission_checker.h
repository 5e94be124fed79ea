#ifndef KOZMIC_SERVICES_BUILD_PERMISSION_CHECKER_H_
#define KOZMIC_SERVICES_BUILD_PERMISSION_CHECKER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "kozmic/project/v1/project.grpc.pb.h"
#include "lib/base/clock.h"
#include "lib/rpc/caller.h"

namespace kozmic::build {

// Asks ProjectService what a caller may do, and remembers what was granted for as long as it
// allows. Thread-safe.
class PermissionChecker {
 public:
  // `clock` is not owned.
  PermissionChecker(std::shared_ptr<grpc::Channel> project_service, const Clock& clock);

  // OK when the caller may view the project. Services may. NOT_FOUND otherwise: what one may not
  // see is not told from what is not there. UNAUTHENTICATED for the anonymous.
  absl::Status MayView(const Caller& caller, int64_t project);

 private:
  const std::unique_ptr<project::v1::ProjectService::Stub> stub_;
  const Clock& clock_;
  absl::Mutex mutex_;
  // "users/7 3" → until when it may view.
  std::unordered_map<std::string, absl::Time> granted_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_PERMISSION_CHECKER_H_
