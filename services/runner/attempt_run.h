#ifndef KOZMIC_SERVICES_RUNNER_ATTEMPT_RUN_H_
#define KOZMIC_SERVICES_RUNNER_ATTEMPT_RUN_H_

#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "lib/base/random.h"
#include "services/runner/containers/script_container.h"
#include "services/runner/containers/service_containers.h"
#include "services/runner/disk_limit.h"
#include "services/runner/job.h"
#include "services/runner/job_folder.h"
#include "services/runner/job_preparation.h"
#include "services/runner/log/file_watcher.h"
#include "services/runner/log/log_mask.h"
#include "services/runner/log/log_uploader.h"
#include "services/runner/machine_clock.h"
#include "services/runner/network/job_network.h"
#include "services/runner/outcome.h"
#include "services/runner/time_limits.h"

namespace kozmic::runner {

// One attempt with its folder: the steps of its life that both new and adopted ones have. Used by
// one thread.
class AttemptRun {
 public:
  // Begins to carry the log. Nothing is owned but the folder.
  AttemptRun(const JobTools& tools, std::shared_ptr<grpc::Channel> logstream, FileWatcher& watcher,
             Random& random, const ContainerPolicy& policy, Job& job,
             std::unique_ptr<JobFolder> folder);

  JobFolder& folder() { return *folder_; }
  ScriptContainer& container() { return container_; }

  // From the lease to the start of the script, or of the install script; see JobPreparation. When
  // the job is stopped, it waits but a moment for calls that hang; they may then go on until
  // RemoveContainers.
  std::optional<Outcome> Prepare();
  // From its start to its end, whoever started it. Absent when the job is detached or
  // lost; then nothing more is to be reported.
  std::optional<Outcome> WaitForEnd();
  // Whether the folder tells of an install script, and not of which.
  bool is_damaged() const { return install_.turn != nullptr && !installing(); }
  // Once a script may run: whether it is the install script.
  bool installing() const { return install_.running.has_value(); }
  // Keeps what the install script has led to, and goes on to the start of the script, as Prepare.
  std::optional<Outcome> GoOn();
  // How a job ends that was stopped, which its log tells too.
  Outcome Stopped(StopReason reason);
  // Until the log and the outcome are acknowledged. False when they never will be by this process.
  bool Finish(const Outcome& outcome);
  // Once nothing of Prepare goes on: the script's, the services', and their network. OK when there
  // is none of ours.
  absl::Status RemoveContainers();

 private:
  Outcome Ended(const ScriptExit& exit);
  // The engine knows only then why the kernel killed something in it.
  void WaitUntilContainerIsGone();
  // The next step to end a script before its time, and until when to wait for its effect.
  absl::Time PressToEnd(int step);
  bool ReportUntilAcknowledged(const v1::FinishJobRequest& request);
  std::optional<absl::Time> start_time() const;
  // What the attempt takes of the disk, in bytes.
  absl::StatusOr<int64_t> DiskUse(const std::stop_token& stop) const;
  // When the lease was granted; now, if the folder does not tell.
  Moment Granted();

  const JobTools& tools_;
  Random& random_;
  const ContainerPolicy& policy_;
  Job& job_;
  const std::unique_ptr<JobFolder> folder_;
  const JobNetwork network_;
  LogMask mask_;
  ScriptContainer container_;
  ServiceContainers services_;
  Install install_;
  mutable absl::Mutex mutex_;
  std::optional<absl::Time> start_time_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<FileWatcher::Watch> watch_;
  std::unique_ptr<LogUploader> uploader_;
  // Until the job's outcome is known.
  std::unique_ptr<TimeLimits> limits_;
  std::unique_ptr<DiskLimit> disk_limit_;
  bool prepared_ ABSL_GUARDED_BY(mutex_) = false;
  std::future<std::optional<Outcome>> preparing_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_ATTEMPT_RUN_H_
