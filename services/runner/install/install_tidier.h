#ifndef KOZMIC_SERVICES_RUNNER_INSTALL_INSTALL_TIDIER_H_
#define KOZMIC_SERVICES_RUNNER_INSTALL_INSTALL_TIDIER_H_

#include "absl/time/time.h"
#include "kozmic/runner/v1/runner.pb.h"
#include "lib/base/worker.h"
#include "services/runner/install/cache_registry.h"
#include "services/runner/install/install_cache.h"
#include "services/runner/leases/build_link.h"

namespace kozmic::runner {

// Removes what is left of install scripts: here, the images of projects that are deleted, and those
// that nobody has used for long, whichever runner made them (it may have another name now); in the
// registry, what the build service names. When made, again and again, and when woken.
class InstallTidier {
 public:
  // Nothing is owned. `registry` may be null.
  InstallTidier(InstallCache& cache, BuildLink& link, const CacheRegistry* registry,
                absl::Duration longest_unused, absl::Duration interval);

  void Wake() { worker_.Wake(); }
  // Nothing is removed any more afterwards.
  void Stop() { worker_.Stop(); }

 private:
  absl::Duration Tidy();
  // What there is to remove from the registry, once `removed` is known to be.
  v1::TidyInstallsResponse Ask(const v1::TidyInstallsRequest& request);

  InstallCache& cache_;
  BuildLink& link_;
  const CacheRegistry* const registry_;
  const absl::Duration longest_unused_;
  const absl::Duration interval_;
  Worker worker_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_INSTALL_INSTALL_TIDIER_H_
