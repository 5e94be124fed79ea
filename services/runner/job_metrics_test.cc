#include "services/runner/job_metrics.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/metrics/metrics.h"

namespace kozmic::runner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(JobMetricsTest, EndsAreCountedByOutcomeAndPhasesTimed) {
  Job job{v1::Lease()};
  job.set_phase(v1::PHASE_PULL, 0);
  job.set_phase(v1::PHASE_SCRIPT, 10);
  {
    const RunningJob running;
    EXPECT_THAT(MetricsText(), HasSubstr("kozmic_jobs_running 1\n"));
  }
  Outcome outcome;
  outcome.outcome = v1::FinishJobRequest::OUTCOME_EXITED;
  outcome.exit_code = 0;
  CountEnd(job, outcome);
  outcome.exit_code = 3;
  CountEnd(job, outcome);
  CountEnd(job, Outcome::Failed("There is no image x."));
  CountEnd(job, Outcome::Error("The container was lost."));
  EXPECT_THAT(MetricsText(),
              AllOf(HasSubstr("kozmic_jobs_running 0\n"),
                    HasSubstr("kozmic_jobs_ended_total{outcome=\"passed\"} 1\n"),
                    HasSubstr("kozmic_jobs_ended_total{outcome=\"failed\"} 2\n"),
                    HasSubstr("kozmic_jobs_ended_total{outcome=\"error\"} 1\n"),
                    HasSubstr("kozmic_job_phase_seconds_count{phase=\"pull\"} 4\n"),
                    HasSubstr("kozmic_job_phase_seconds_count{phase=\"script\"} 4\n"),
                    Not(HasSubstr("phase=\"fetch\""))));
}

}  // namespace
}  // namespace kozmic::runner
