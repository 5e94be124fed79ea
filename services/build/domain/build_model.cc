#include "services/build/domain/build_model.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/status/annotate.h"
#include "services/build/state_machine.h"

namespace kozmic::build {
namespace {

absl::Status Impossible(const JobModel& job, absl::string_view what) {
  return absl::InternalError(absl::StrCat("job ", job.number, " is ", v1::State_Name(job.state),
                                          ", which cannot be ", what));
}

std::vector<v1::State> StatesOf(const std::vector<JobModel>& jobs) {
  std::vector<v1::State> states;
  states.reserve(jobs.size());
  for (const JobModel& job : jobs) states.push_back(job.state);
  return states;
}

}  // namespace

JobModel* BuildModel::FindJob(int64_t job_number) {
  const auto found = std::find_if(jobs.begin(), jobs.end(), [job_number](const JobModel& job) {
    return job.number == job_number;
  });
  return found == jobs.end() ? nullptr : &*found;
}

JobModel* BuildModel::FindJobById(int64_t job_id) {
  const auto found = std::find_if(jobs.begin(), jobs.end(),
                                  [job_id](const JobModel& job) { return job.id == job_id; });
  return found == jobs.end() ? nullptr : &*found;
}

void BuildModel::Touch(JobModel& job) {
  job.changed = true;
  changed = true;
}

void BuildModel::HoldBack(JobModel& job, v1::Gate gate) {
  Touch(job);
  job.gate = gate;
  job.passes_its_turn = gate == v1::GATE_HOOK_LIMIT;
}

absl::Status BuildModel::Start(JobModel& job) {
  if (job.state != v1::STATE_ENQUEUED || job.gate != v1::GATE_OPEN) {
    return Impossible(job, "started");
  }
  Touch(job);
  job.state = v1::STATE_PENDING;
  ++job.attempt;
  ++job.tries;
  job.reason.clear();
  job.was_started = true;
  return absl::OkStatus();
}

void BuildModel::Conclude(JobModel& job, v1::State end, absl::string_view reason,
                          std::optional<int> exit_code) {
  Touch(job);
  job.state = end;
  job.reason = std::string(reason);
  job.exit_code = exit_code;
  job.cancelling = false;
  job.was_ended = true;
  job.has_left = true;
  if (end != v1::STATE_SUCCESS && first_broken_.empty()) first_broken_ = job.title;
}

absl::Status BuildModel::End(JobModel& job, v1::State end, std::string reason,
                             std::optional<int> exit_code, bool fail_fast) {
  if (job.state != v1::STATE_PENDING || !IsTerminal(end)) return Impossible(job, "ended");
  // Who asked for it is more to the point than that the runner did so.
  if (end == v1::STATE_CANCELLED && job.cancelling) reason = job.reason;
  Conclude(job, end, reason, exit_code);
  if (fail_fast && (end == v1::STATE_FAILURE || end == v1::STATE_ERROR)) {
    CancelAll(absl::StrCat("Cancelled because the \"", job.title, "\" job failed."));
  }
  return absl::OkStatus();
}

absl::Status BuildModel::Requeue(JobModel& job, std::string reason) {
  if (job.state != v1::STATE_PENDING) return Impossible(job, "requeued");
  if (job.cancelling) {
    // Asked for after its runner was found to be lost.
    const std::string asked = job.reason;
    Conclude(job, v1::STATE_CANCELLED, asked, std::nullopt);
    return absl::OkStatus();
  }
  Touch(job);
  job.state = v1::STATE_ENQUEUED;
  job.gate = v1::GATE_OPEN;
  job.reason = std::move(reason);
  job.was_enqueued = true;
  job.has_left = true;
  return absl::OkStatus();
}

bool BuildModel::Cancel(JobModel& job, absl::string_view reason) {
  if (IsTerminal(job.state) || job.cancelling) return false;
  if (job.state == v1::STATE_ENQUEUED) {
    Conclude(job, v1::STATE_CANCELLED, reason, std::nullopt);
    return true;
  }
  Touch(job);
  job.cancelling = true;
  job.reason = std::string(reason);
  job.was_told_to_end = true;
  return true;
}

bool BuildModel::CancelAll(absl::string_view reason) {
  bool any = false;
  for (JobModel& job : jobs) any = Cancel(job, reason) || any;
  return any;
}

absl::Status BuildModel::Expire(JobModel& job, std::string reason) {
  if (job.state != v1::STATE_ENQUEUED) return Impossible(job, "expired");
  Conclude(job, v1::STATE_ERROR, reason, std::nullopt);
  return absl::OkStatus();
}

absl::Status BuildModel::Restart(JobModel& job) {
  if (!IsTerminal(job.state)) {
    return WithReason(absl::FailedPreconditionError(absl::StrCat(
                          "the \"", job.title, "\" job has not finished: it cannot be restarted")),
                      "not_finished");
  }
  Touch(job);
  job.state = v1::STATE_ENQUEUED;
  job.gate = waits_for_approval() ? v1::GATE_APPROVAL : v1::GATE_OPEN;
  job.tries = 0;
  job.reason.clear();
  job.exit_code.reset();
  job.cancelling = false;
  job.was_enqueued = true;
  job.needs_rank = true;
  // One generation, however many jobs are restarted together.
  if (generation == loaded_generation) ++generation;
  state = v1::STATE_ENQUEUED;
  verdict_job.clear();
  first_broken_.clear();
  return absl::OkStatus();
}

absl::Status BuildModel::Approve(absl::string_view head, absl::string_view by) {
  const bool any_waits = std::any_of(jobs.begin(), jobs.end(), [](const JobModel& job) {
    return job.state == v1::STATE_ENQUEUED;
  });
  if (!waits_for_approval() || !any_waits) {
    return WithReason(absl::FailedPreconditionError("the build does not wait for approval"),
                      "not_waiting");
  }
  if (head != commit) {
    return WithReason(
        absl::FailedPreconditionError(absl::StrCat("the build is of ", commit, ", not of ", head)),
        "commit_differs");
  }
  approver = std::string(by);
  was_approved = true;
  changed = true;
  for (JobModel& job : jobs) {
    if (job.state != v1::STATE_ENQUEUED) continue;
    Touch(job);
    job.gate = v1::GATE_OPEN;
    job.was_enqueued = true;
  }
  return absl::OkStatus();
}

void BuildModel::Settle() {
  const v1::State before = state;
  state = BuildStateOf(state, StatesOf(jobs));
  if (state == before) return;
  changed = true;
  if (!IsTerminal(state) || state == v1::STATE_SUCCESS) return;
  verdict_job = first_broken_;
  // After a restart of some jobs the verdict may be that of one which was left alone.
  if (verdict_job.empty()) {
    const auto broken = std::find_if(jobs.begin(), jobs.end(),
                                     [this](const JobModel& job) { return job.state == state; });
    if (broken != jobs.end()) verdict_job = broken->title;
  }
}

bool BuildModel::all_ended() const { return AllEnded(StatesOf(jobs)); }

}  // namespace kozmic::build
