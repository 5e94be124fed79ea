#include "services/runner/job_metrics.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "lib/metrics/metrics.h"
#include "lib/trace/span.h"

namespace kozmic::runner {
namespace {

prometheus::Gauge& Running() {
  static auto& running =
      GaugeNamed("kozmic_jobs_running", "Jobs that this runner is at work on.").Add({});
  return running;
}

std::string OutcomeLabel(const Outcome& outcome) {
  if (outcome.outcome == v1::FinishJobRequest::OUTCOME_EXITED) {
    return outcome.exit_code == 0 ? "passed" : "failed";
  }
  return outcome.outcome == v1::FinishJobRequest::OUTCOME_FAILED ? "failed" : "error";
}

// "PHASE_SCRIPT": "script".
std::string PhaseLabel(v1::Phase phase) {
  const std::string name = v1::Phase_Name(phase);
  return absl::AsciiStrToLower(absl::StripPrefix(name, "PHASE_"));
}

}  // namespace

RunningJob::RunningJob() { Running().Increment(); }

RunningJob::~RunningJob() { Running().Decrement(); }

void CountEnd(const Job& job, const Outcome& outcome) {
  static auto& ended = CounterNamed("kozmic_jobs_ended_total", "Jobs that this runner has ended.");
  static auto& seconds =
      *new SecondsFamily("kozmic_job_phase_seconds", "How long the phases of jobs took.");
  ended.Add({{"outcome", OutcomeLabel(outcome)}}).Increment();

  using Begin = std::pair<std::chrono::steady_clock::time_point, v1::Phase>;
  std::vector<Begin> begun;
  for (const auto& [phase, begin] : job.begun()) begun.emplace_back(begin.time, phase);
  std::sort(begun.begin(), begun.end());
  begun.emplace_back(std::chrono::steady_clock::now(), v1::PHASE_UNSPECIFIED);
  const auto end = begun.back().first;
  const absl::Time now = absl::Now();
  for (size_t i = 0; i + 1 < begun.size(); ++i) {
    const std::string phase = PhaseLabel(begun[i].second);
    const absl::Time begin = now - absl::FromChrono(end - begun[i].first);
    const absl::Duration took = absl::FromChrono(begun[i + 1].first - begun[i].first);
    Observe(seconds.With({{"phase", phase}}), took);
    RecordPast(job.lease().spec().trace_id(), phase, begin, begin + took,
               {{"kozmic.attempt", job.lease().attempt()}});
  }
}

}  // namespace kozmic::runner
