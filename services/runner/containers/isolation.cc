#include "services/runner/containers/isolation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kozmic::runner {

Profile ProfileNamed(const std::string& name) {
  return name == "isolated"   ? Profile::kIsolated
         : name == "hardened" ? Profile::kHardened
                              : Profile::kCompat;
}

absl::Status CheckIsolation(const ContainerPolicy& policy,
                            const docker::EngineIsolation& isolation) {
  if (isolation.remaps_users) {
    return absl::FailedPreconditionError(
        "This Docker engine makes containers' root another user (userns-remap), who could not use "
        "the job folders. An engine without rights (rootless), or a runtime that maps users by "
        "itself (job_runtime), does the same.");
  }
  if (policy.profile != Profile::kIsolated && policy.fork_profile != Profile::kIsolated) {
    return absl::OkStatus();
  }
  if (policy.runtime.empty()) {
    if (isolation.rootless) return absl::OkStatus();
    return absl::FailedPreconditionError(
        "Isolated jobs (job_profile, fork_profile) need a container runtime that isolates "
        "(job_runtime), or a Docker engine without rights (rootless).");
  }
  if (std::find(isolation.runtimes.begin(), isolation.runtimes.end(), policy.runtime) !=
      isolation.runtimes.end()) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "This Docker engine knows no container runtime \"", policy.runtime, "\" (job_runtime), only ",
      absl::StrJoin(isolation.runtimes, ", "), "; its daemon.json names them under \"runtimes\"."));
}

}  // namespace kozmic::runner
