#ifndef KOZMIC_SERVICES_RUNNER_LEASES_LEASE_RENEWER_H_
#define KOZMIC_SERVICES_RUNNER_LEASES_LEASE_RENEWER_H_

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/runner/job_table.h"
#include "services/runner/leases/build_link.h"

namespace kozmic::runner {

// Keeps all leases alive, one call for all of them, on a thread that nothing else uses; passes on
// what the answers say. Thread-safe.
class LeaseRenewer {
 public:
  // `superseded` is called, once, when another process took this runner's place. Nothing is owned.
  LeaseRenewer(BuildLink& link, JobTable& jobs, absl::Duration interval,
               std::function<void()> superseded);
  ~LeaseRenewer();

  // Renews one job's lease now, so that the build service knows its phase. OK: it does.
  // FAILED_PRECONDITION: the lease is lost, and the job knows.
  absl::Status RenewNow(Job& job);
  // Has all leases renewed at once. Does not wait for it.
  void RenewSoon();

 private:
  void Run();
  absl::Status Renew(std::vector<std::shared_ptr<Job>> jobs);
  void Superseded();

  BuildLink& link_;
  JobTable& jobs_;
  const absl::Duration interval_;
  const std::function<void()> superseded_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool superseded_told_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_LEASES_LEASE_RENEWER_H_
