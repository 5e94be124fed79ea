#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "services/build/domain/queue_rules.h"
#include "services/build/simulation/memory_lease_store.h"
#include "services/build/simulation/memory_writer.h"

namespace kozmic::build::simulation {

absl::StatusOr<std::optional<GrantedLease>> MemoryLeaseStore::GrantOne(
    const std::string& runner, const RunnerRow& row, const std::string& request_id) {
  for (const auto& [id, attempt] : db_.attempts) {
    if (attempt.runner == runner && attempt.request_id == request_id && attempt.runs() &&
        !attempt.lost) {
      return LeaseOf(attempt);
    }
  }
  // Each turn starts a job or closes a gate.
  while (const int64_t job_id = FirstFor(row.labels)) {
    if (!Take(job_id)) continue;
    const JobRow& job = db_.jobs.at(job_id);
    const BuildModel& build = db_.builds.at(job.build_id).model;
    const JobModel& model = db_.Job(job_id);
    AttemptRow& attempt = db_.attempts[{job_id, model.attempt}];
    attempt.key = {job.project, build.number, model.number, model.attempt};
    attempt.runner = runner;
    attempt.request_id = request_id;
    attempt.phase = runner::v1::PHASE_STARTING;
    attempt.start_time = db_.clock.Now();
    attempt.lease_expire_time = db_.clock.Now() + lease_time_;
    attempt.end.state = v1::STATE_PENDING;
    db_.queue_clock = std::max(db_.queue_clock, job.rank);
    return LeaseOf(attempt);
  }
  return std::nullopt;
}

int64_t MemoryLeaseStore::FirstFor(const std::vector<std::string>& labels) const {
  std::pair<int64_t, int64_t> first = {0, 0};
  for (const auto& [build_id, build] : db_.builds) {
    for (const JobModel& job : build.model.jobs) {
      if (job.state != v1::STATE_ENQUEUED || job.gate != v1::GATE_OPEN) continue;
      const JobRow& row = db_.jobs.at(job.id);
      if (!MemoryDatabase::Fits(row, labels)) continue;
      if (first.second == 0 || std::make_pair(row.rank, job.id) < first) first = {row.rank, job.id};
    }
  }
  return first.second;
}

bool MemoryLeaseStore::Take(int64_t job_id) {
  const JobRow& row = db_.jobs.at(job_id);
  std::map<std::string, int> running;
  for (const auto& [id, other] : db_.jobs) {
    if (other.project == row.project && db_.Job(id).state == v1::STATE_PENDING) {
      ++running[other.hook];
    }
  }
  const ProjectRow& project = db_.projects.at(row.project);
  Admission admission(project.settings.max_parallel(), std::move(running), project.paused);
  MemoryWriter writer(db_);
  BuildModel* build = writer.Load(row.build_id);
  JobModel* job = build->FindJobById(job_id);
  const v1::Gate gate = admission.Admit(row.hook, row.hook_limit);
  const bool starts = gate == v1::GATE_OPEN && build->Start(*job).ok();
  if (!starts) build->HoldBack(*job, gate);
  writer.Save();
  return starts;
}

}  // namespace kozmic::build::simulation
