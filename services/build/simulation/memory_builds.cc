#include "services/build/simulation/memory_builds.h"

#include <algorithm>
#include <climits>

#include "absl/strings/str_cat.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/domain/queue_rules.h"
#include "services/build/simulation/memory_writer.h"
#include "services/build/state_machine.h"

namespace kozmic::build::simulation {
namespace {

absl::Status NoBuild() { return absl::NotFoundError("no such build"); }

absl::Status NotRunning() {
  return WithReason(absl::FailedPreconditionError("it has ended already"), "not_running");
}

}  // namespace

absl::StatusOr<int64_t> MemoryBuilds::Create(int64_t project,
                                             const v1::CreateBuildRequest& request) {
  for (const auto& [id, build] : db_.builds) {
    if (build.model.project == project && build.request_id == request.request_id()) {
      return build.model.number;
    }
  }
  ++db_.changes;
  ProjectRow& row = db_.projects.at(project);
  const auto id = static_cast<int64_t>(db_.builds.size()) + 1;
  BuildRow& build = db_.builds[id];
  build.request_id = request.request_id();
  build.trigger = request.trigger();
  build.pull_request = request.pull_request();
  build.event_seconds = request.event_seconds();
  build.model.id = id;
  build.model.project = project;
  build.model.number = ++row.last_number;
  build.model.ref = request.ref();
  build.model.commit = request.commit();
  build.model.needs_approval = request.needs_approval();
  for (const v1::JobSpec& spec : request.jobs()) {
    const auto job_id = static_cast<int64_t>(db_.jobs.size()) + 1;
    build.model.jobs.push_back(
        {.id = job_id,
         .number = static_cast<int>(build.model.jobs.size()) + 1,
         .title = spec.title(),
         .gate = request.needs_approval() ? v1::GATE_APPROVAL : v1::GATE_OPEN});
    JobRow& job = db_.jobs[job_id];
    job.build_id = id;
    job.project = project;
    job.hook = spec.hook();
    job.labels.assign(spec.labels().begin(), spec.labels().end());
    job.hook_limit = spec.max_parallel();
    job.timeout_seconds = spec.timeout_seconds();
    job.rank = row.last_rank = NextRank(row.last_rank, db_.queue_clock);
    job.queue_time = db_.clock.Now();
  }
  const bool of_branch = row.settings.cancel_superseded_branches();
  const bool supersedes =
      of_branch || (request.pull_request() > 0 && row.settings.cancel_superseded_pull_requests());
  if (supersedes && request.trigger() != v1::TRIGGER_MANUAL &&
      request.trigger() != v1::TRIGGER_TAG) {
    Supersede(build, of_branch);
  }
  return build.model.number;
}

void MemoryBuilds::Supersede(const BuildRow& newer, bool of_branch) {
  MemoryWriter writer(db_);
  for (const auto& [id, build] : db_.builds) {
    const BuildModel& older = build.model;
    if (older.project != newer.model.project || older.ref != newer.model.ref ||
        older.number >= newer.model.number || older.commit == newer.model.commit ||
        build.trigger == v1::TRIGGER_MANUAL || older.all_ended() ||
        (newer.event_seconds > 0 && newer.event_seconds < build.event_seconds) ||
        !(of_branch || build.pull_request == newer.pull_request)) {
      continue;
    }
    writer.Load(id)->CancelAll(absl::StrCat("Superseded by build #", newer.model.number, "."));
  }
  writer.Save();
}

absl::Status MemoryBuilds::Cancel(int64_t project, int64_t number, int64_t job_number,
                                  absl::string_view reason) {
  const BuildRow* row = db_.FindBuild(project, number);
  if (row == nullptr) return NoBuild();
  MemoryWriter writer(db_);
  BuildModel* build = writer.Load(row->model.id);
  if (job_number == 0) {
    if (!build->CancelAll(reason)) return NotRunning();
  } else {
    JobModel* job = build->FindJob(job_number);
    if (job == nullptr) return absl::NotFoundError("no such job");
    if (!build->Cancel(*job, reason)) return NotRunning();
  }
  writer.Save();
  return absl::OkStatus();
}

absl::Status MemoryBuilds::Restart(int64_t project, int64_t number, bool failed_only) {
  const BuildRow* row = db_.FindBuild(project, number);
  if (row == nullptr) return NoBuild();
  MemoryWriter writer(db_);
  BuildModel* build = writer.Load(row->model.id);
  for (JobModel& job : build->jobs) {
    if (!IsTerminal(job.state) || (failed_only && job.state == v1::STATE_SUCCESS)) continue;
    KOZMIC_RETURN_IF_ERROR(build->Restart(job));
  }
  writer.Save();
  return absl::OkStatus();
}

absl::Status MemoryBuilds::Approve(int64_t project, int64_t number, absl::string_view commit,
                                   absl::string_view approver) {
  const BuildRow* row = db_.FindBuild(project, number);
  if (row == nullptr) return NoBuild();
  MemoryWriter writer(db_);
  KOZMIC_RETURN_IF_ERROR(writer.Load(row->model.id)->Approve(commit, approver));
  writer.Save();
  return absl::OkStatus();
}

absl::Status MemoryBuilds::SetPaused(int64_t project, bool paused) {
  ++db_.changes;
  db_.projects.at(project).paused = paused;
  const int limit = db_.projects.at(project).settings.max_parallel();
  if (!paused) OpenProjectGates(db_, project, limit > 0 ? limit : INT_MAX);
  return absl::OkStatus();
}

absl::Status MemoryBuilds::UpdateSettings(int64_t project, const v1::ProjectSettings& settings) {
  ++db_.changes;
  db_.projects.at(project).settings = settings;
  OpenProjectGates(db_, project, settings.max_parallel() > 0 ? settings.max_parallel() : INT_MAX);
  return absl::OkStatus();
}

}  // namespace kozmic::build::simulation
