#ifndef KOZMIC_SERVICES_RUNNER_LEASE_LOOP_H_
#define KOZMIC_SERVICES_RUNNER_LEASE_LOOP_H_

#include <functional>
#include <thread>

#include "lib/base/random.h"
#include "services/runner/build_link.h"
#include "services/runner/job_executor.h"
#include "services/runner/job_table.h"

namespace kozmic::runner {

// Takes leases while there are free slots, and has them run, on a thread of its own.
class LeaseLoop {
 public:
  // `superseded` is called when another process took this runner's place. Nothing is owned.
  LeaseLoop(BuildLink& link, JobTable& jobs, JobExecutor& executor, Random& random,
            std::function<void()> superseded);
  // Drains, and ends the thread; jobs go on.
  ~LeaseLoop();

  // Takes no lease from now on. Idempotent.
  void Drain();

 private:
  void Run();

  BuildLink& link_;
  JobTable& jobs_;
  JobExecutor& executor_;
  Random& random_;
  const std::function<void()> superseded_;
  std::thread thread_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_LEASE_LOOP_H_
