#ifndef KOZMIC_SERVICES_BUILD_DOMAIN_BUILD_MODEL_H_
#define KOZMIC_SERVICES_BUILD_DOMAIN_BUILD_MODEL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kozmic/build/v1/build.pb.h"

namespace kozmic::build {

// A job, as far as its life depends on it.
struct JobModel {
  int64_t id = 0;
  // 1, 2, 3… in its build.
  int number = 0;
  std::string title = {};
  v1::State state = v1::STATE_ENQUEUED;
  v1::Gate gate = v1::GATE_OPEN;
  // The grant counter.
  int attempt = 0;
  // Attempts since somebody enqueued it.
  int tries = 0;
  bool cancelling = false;
  std::string reason = {};
  std::optional<int> exit_code = {};

  // What happened to it since it was loaded, for whoever stores it.
  bool changed = false;
  bool was_started = false;
  bool was_ended = false;
  bool was_enqueued = false;
  // It goes to the end of the queue.
  bool needs_rank = false;
  bool was_told_to_end = false;
  // It no longer takes a place among those that run or may run.
  bool has_left = false;
  // Its project had a place for it, but its hook had none: another may have the project's.
  bool passes_its_turn = false;
};

// A build with its fixed set of jobs, and everything that can happen to it. Pure: who stores it
// holds its project's lock from the load to the save. Afterwards Settle() says what it all means
// for the build.
//
// The table of a job's states; everything else is refused or changes nothing:
//
//   from       what            to
//   enqueued   Start           pending
//   enqueued   Cancel, Expire  cancelled, error
//   pending    End             success, failure, error, cancelled
//   pending    Requeue         enqueued (its runner was lost before the script began)
//   pending    Cancel          pending, cancelling; at last by End
//   ended      Restart         enqueued, in a new generation of its build
class BuildModel {
 public:
  int64_t id = 0;
  int64_t project = 0;
  int64_t number = 0;
  std::string ref = {};
  std::string commit = {};
  v1::State state = v1::STATE_ENQUEUED;
  // Which verdict this is to be the only one of.
  int generation = 1;
  bool needs_approval = false;
  // Login; empty: nobody yet.
  std::string approver = {};
  // Title of the job that brought the verdict, when that is not success.
  std::string verdict_job = {};
  std::vector<JobModel> jobs = {};

  // Since it was loaded.
  bool changed = false;
  bool was_approved = false;
  v1::State loaded_state = v1::STATE_ENQUEUED;
  int loaded_generation = 1;

  // By number; null when there is none.
  JobModel* FindJob(int64_t job_number);
  JobModel* FindJobById(int64_t job_id);

  // A limit holds it back: its turn has come, but it may not run.
  void HoldBack(JobModel& job, v1::Gate gate);
  // A runner gets it: its newest attempt is now `job.attempt`.
  absl::Status Start(JobModel& job);
  // Its live attempt has ended. When `fail_fast`, a failure cancels the others.
  absl::Status End(JobModel& job, v1::State end, std::string reason, std::optional<int> exit_code,
                   bool fail_fast);
  // Its live attempt was lost; another shall be made.
  absl::Status Requeue(JobModel& job, std::string reason);
  // False: it has ended already, or is being cancelled.
  bool Cancel(JobModel& job, absl::string_view reason);
  // All that can be. False: there was none.
  bool CancelAll(absl::string_view reason);
  // It waited too long for a runner.
  absl::Status Expire(JobModel& job, std::string reason);
  // FAILED_PRECONDITION "not_finished".
  absl::Status Restart(JobModel& job);
  // FAILED_PRECONDITION "commit_differs", "not_waiting".
  absl::Status Approve(absl::string_view head, absl::string_view by);

  // Draws the conclusion for the build.
  void Settle();

  bool all_ended() const;
  // Something happened that GitHub, or somebody by mail, is to hear of.
  bool state_changed() const { return state != loaded_state || generation != loaded_generation; }
  bool waits_for_approval() const { return needs_approval && approver.empty(); }

 private:
  void Touch(JobModel& job);
  void Conclude(JobModel& job, v1::State end, absl::string_view reason,
                std::optional<int> exit_code);

  // Of the job whose end brought the first verdict since the load.
  std::string first_broken_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_DOMAIN_BUILD_MODEL_H_
