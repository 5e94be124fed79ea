#ifndef KOZMIC_SERVICES_RUNNER_LEASES_LEASE_LOOP_H_
#define KOZMIC_SERVICES_RUNNER_LEASES_LEASE_LOOP_H_

#include <functional>
#include <thread>

#include "lib/base/random.h"
#include "services/runner/job.h"
#include "services/runner/job_table.h"
#include "services/runner/leases/build_link.h"

namespace kozmic::runner {

// Takes leases while there are free slots, and has them run, on a thread of its own.
class LeaseLoop {
 public:
  // `run` carries one job from its lease to its acknowledged end, on a thread of its own.
  // `superseded` is called when another process took this runner's place. Nothing is owned.
  LeaseLoop(BuildLink& link, JobTable& jobs, std::function<void(Job&)> run, Random& random,
            std::function<void()> superseded);
  // Drains, and ends the thread; jobs go on.
  ~LeaseLoop();

  // While the machine is not fit for more jobs, no lease is taken. It is at first. Thread-safe.
  void SetFit(bool fit);
  // Takes no lease from now on. Idempotent.
  void Drain();

 private:
  void Run();

  BuildLink& link_;
  JobTable& jobs_;
  const std::function<void(Job&)> run_;
  Random& random_;
  const std::function<void()> superseded_;
  std::thread thread_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_LEASES_LEASE_LOOP_H_
