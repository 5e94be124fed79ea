#ifndef KOZMIC_SERVICES_BUILD_PERMISSION_CHECKER_H_
#define KOZMIC_SERVICES_BUILD_PERMISSION_CHECKER_H_

#include <cstddef>
#include <cstdint>
#include <list>
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

// Asks ProjectService what a caller may do. What was granted is remembered, per caller and project,
// for as long as ProjectService allows (30 s) counted from before it was asked: so long a right
// that was taken away may still serve. Refusals are not remembered. Keeps the 100,000 grants that
// were used last. Thread-safe.
class PermissionChecker {
 public:
  // `clock` is not owned. Keeps at most `most_grants`.
  PermissionChecker(std::shared_ptr<grpc::Channel> project_service, const Clock& clock,
                    size_t most_grants = 100000);

  // OK when the caller may view the project. Services may. NOT_FOUND otherwise: what one may not
  // see is not told from what is not there. UNAUTHENTICATED for the anonymous.
  absl::Status MayView(const Caller& caller, int64_t project);

  // OK when the caller may configure the project, which is asked anew each time. Services may.
  // PERMISSION_DENIED for who may only view it; the rest as MayView.
  absl::Status MayConfigure(const Caller& caller, int64_t project) const;

 private:
  struct Grant {
    // "users/7 3"
    std::string key;
    absl::Time until;
  };
  using Grants = std::list<Grant>;

  absl::StatusOr<project::v1::CheckPermissionResponse> Ask(
      const Caller& caller, int64_t project, project::v1::Permission permission) const;
  bool IsGranted(const std::string& key, absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  void Remember(Grant grant) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::unique_ptr<project::v1::ProjectService::Stub> stub_;
  const Clock& clock_;
  const size_t most_grants_;
  absl::Mutex mutex_;
  // The one used last comes first.
  Grants grants_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, Grants::iterator> by_key_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_PERMISSION_CHECKER_H_
