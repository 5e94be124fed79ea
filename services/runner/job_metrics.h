#ifndef KOZMIC_SERVICES_RUNNER_JOB_METRICS_H_
#define KOZMIC_SERVICES_RUNNER_JOB_METRICS_H_

#include "services/runner/job.h"
#include "services/runner/outcome.h"

namespace kozmic::runner {

// kozmic_jobs_running, while it lives.
class RunningJob {
 public:
  RunningJob();
  ~RunningJob();
  RunningJob(const RunningJob&) = delete;
  RunningJob& operator=(const RunningJob&) = delete;
};

// Counts an end, and how long each phase was that this process saw the beginning of:
// kozmic_jobs_ended_total{outcome}, kozmic_job_phase_seconds{phase}. The outcome is "passed",
// "failed" (by its script, or before it by what the project is to mend), or "error".
void CountEnd(const Job& job, const Outcome& outcome);

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_JOB_METRICS_H_
