#include "services/runner/job_executor.h"

#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lib/base/log.h"
#include "lib/trace/span.h"
#include "services/runner/attempt_run.h"
#include "services/runner/job_metrics.h"

namespace kozmic::runner {
namespace {

constexpr char kDamaged[] = "The job's folder was damaged while the runner was away.";
constexpr absl::Duration kAskAgain = absl::Milliseconds(500);
// So long an engine may be away before a container of it is given up.
constexpr absl::Duration kEnginePatience = absl::Seconds(60);

void LogEnd(const Job& job, const Outcome& outcome) {
  CountEnd(job, outcome);
  Log(Severity::kInfo, "job ended",
      {{"attempt", job.lease().attempt()},
       {"outcome", v1::FinishJobRequest::Outcome_Name(outcome.outcome)},
       {"exit_code", outcome.exit_code},
       {"reason", outcome.reason}});
}

bool Succeeded(const Outcome& outcome) {
  return outcome.outcome == v1::FinishJobRequest::OUTCOME_EXITED && outcome.exit_code == 0;
}

// What is left of an attempt; the sweeper takes what this cannot.
void Discard(AttemptRun& run, const std::string& work_folder) {
  absl::Status removed = run.RemoveContainers();
  if (removed.ok()) removed = JobFolder::Remove(work_folder, run.folder().id());
  if (!removed.ok()) {
    Log(Severity::kWarning, "an attempt was not cleaned away yet",
        {{"id", run.folder().id()}, {"error", removed}});
  }
}

// Runs or waits, reports, cleans away.
void Complete(Job& job, AttemptRun& run, bool prepare, const std::string& work_folder) {
  std::optional<Outcome> outcome = prepare ? run.Prepare() : std::nullopt;
  bool script_may_run = !outcome;
  if (!outcome) outcome = run.WaitForEnd();
  if (script_may_run && outcome && Succeeded(*outcome) && run.installing() &&
      job.stop_reason() == StopReason::kNone) {
    outcome = run.GoOn();
    script_may_run = !outcome;
    if (!outcome) outcome = run.WaitForEnd();
  }
  const StopReason stop = job.stop_reason();
  if (stop == StopReason::kDetach) {
    // An attempt whose script was not let go begins anew with the next process.
    if (!script_may_run) run.RemoveContainers().IgnoreError();
    Log(Severity::kInfo, "job detached", {{"attempt", job.lease().attempt()}});
    return;
  }
  if (stop == StopReason::kLost || !outcome) {
    Log(Severity::kWarning, "job abandoned", {{"attempt", job.lease().attempt()}});
    Discard(run, work_folder);
    return;
  }
  const bool stopped =
      stop == StopReason::kCancel || (!script_may_run && stop != StopReason::kNone);
  if (stopped) outcome = run.Stopped(stop);
  LogEnd(job, *outcome);
  const bool reported = run.Finish(*outcome);
  if (!reported && job.stop_reason() == StopReason::kDetach) return;
  Discard(run, work_folder);
}

// Until its containers are gone, the engine was away for too long, or the job is to stop.
absl::Status RemoveContainers(Job& job, AttemptRun& run) {
  const absl::Time deadline = absl::Now() + kEnginePatience;
  while (true) {
    absl::Status removed = run.RemoveContainers();
    if (removed.ok() || absl::Now() >= deadline || job.stop_token().stop_requested()) {
      return removed;
    }
    absl::Notification stopped;
    const std::stop_callback on_stop(job.stop_token(), [&stopped] { stopped.Notify(); });
    stopped.WaitForNotificationWithTimeout(kAskAgain);
  }
}

// Ends what is left of an attempt that cannot go on.
void GiveUp(Job& job, AttemptRun& run, const Outcome& outcome, const std::string& work_folder) {
  if (const absl::Status removed = RemoveContainers(job, run); !removed.ok()) {
    Log(Severity::kWarning, "cannot remove a container",
        {{"attempt", job.lease().attempt()}, {"error", removed}});
  }
  LogEnd(job, outcome);
  if (!run.Finish(outcome) && job.stop_reason() == StopReason::kDetach) return;
  Discard(run, work_folder);
}

// An attempt whose script was not let go.
void BeginAnew(Job& job, AttemptRun& run, const std::string& work_folder) {
  // It may be waiting for a word that nobody will give it.
  absl::Status ready = RemoveContainers(job, run);
  if (!ready.ok() && job.stop_reason() == StopReason::kDetach) return;
  if (ready.ok()) ready = run.folder().Reset();
  if (!ready.ok()) {
    Log(Severity::kError, "cannot begin a job anew",
        {{"attempt", job.lease().attempt()}, {"error", ready}});
    GiveUp(job, run, Outcome::Error("The runner could not begin the job anew."), work_folder);
    return;
  }
  Log(Severity::kInfo, "job begins anew", {{"attempt", job.lease().attempt()}});
  run.folder().AppendLog("The runner was restarted; beginning anew.\n").IgnoreError();
  Complete(job, run, /*prepare=*/true, work_folder);
}

// `warm`: one that is there for it; may be null.
absl::StatusOr<std::unique_ptr<JobFolder>> MakeFolder(const Job& job,
                                                      std::unique_ptr<JobFolder> warm,
                                                      const std::string& work_folder) {
  if (warm != nullptr) {
    const absl::Status became = warm->Become(job.lease());
    if (became.ok()) return warm;
    Log(Severity::kWarning, "a container that was started ahead cannot be used",
        {{"attempt", job.lease().attempt()}, {"error", became}});
  }
  return JobFolder::Create(work_folder, job.lease());
}

}  // namespace

void JobExecutor::Run(Job& job) {
  const RunningJob running;
  Span span(RootOf(job.lease().spec().trace_id()), "job");
  span.Set("kozmic.attempt", job.lease().attempt());
  Log(Severity::kInfo, "job leased",
      {{"attempt", job.lease().attempt()}, {"image", job.lease().spec().image()}});
  std::unique_ptr<JobFolder> warm = tools_.warm.Take(job.lease().spec());
  // Until its container is removed with the job's other things.
  const std::string warm_id = warm != nullptr ? warm->id() : "";
  const absl::Cleanup forget = [&] {
    if (!warm_id.empty()) tools_.warm.Forget(warm_id);
    tools_.warm.Wake();
  };
  auto folder = MakeFolder(job, std::move(warm), options_.work_folder);
  if (!folder.ok()) {
    Log(Severity::kError, "cannot make a job's folder; its lease will run out",
        {{"attempt", job.lease().attempt()}, {"error", folder.status()}});
    v1::FinishJobRequest request;
    request.set_attempt(job.lease().attempt());
    request.set_fence(job.lease().fence());
    request.set_outcome(v1::FinishJobRequest::OUTCOME_ERROR);
    request.set_reason("The runner could not make the job's folder.");
    tools_.link.FinishJob(request).IgnoreError();
    return;
  }
  AttemptRun run(tools_, logstream_, watcher_, random_, options_.container, job,
                 *std::move(folder));
  Complete(job, run, /*prepare=*/true, options_.work_folder);
}

void JobExecutor::Adopt(Job& job) {
  const RunningJob running;
  Span span(RootOf(job.lease().spec().trace_id()), "job, after the runner's restart");
  span.Set("kozmic.attempt", job.lease().attempt());
  const std::string id = JobFolder::IdOf(job.lease());
  auto folder = JobFolder::Open(options_.work_folder, id);
  if (absl::IsNotFound(folder.status())) {
    // Not begun: the folder comes first.
    Run(job);
    return;
  }
  if (!folder.ok()) {
    Log(Severity::kError, "a job's folder cannot be used any more", {{"error", folder.status()}});
    folder = JobFolder::Salvage(options_.work_folder, job.lease());
    if (!folder.ok()) {
      Log(Severity::kError, "cannot mend a job's folder; its lease will run out",
          {{"attempt", job.lease().attempt()}, {"error", folder.status()}});
      return;
    }
    AttemptRun run(tools_, logstream_, watcher_, random_, options_.container, job,
                   *std::move(folder));
    GiveUp(job, run, Outcome::Error(kDamaged), options_.work_folder);
    return;
  }
  // The lease as it is now: its log token may be another.
  AttemptRun run(tools_, logstream_, watcher_, random_, options_.container, job,
                 *std::move(folder));
  // Whatever end is in it: it may be the install script's, whose image is there.
  if (!run.folder().Released()) {
    BeginAnew(job, run, options_.work_folder);
    return;
  }
  const auto exit = run.folder().ReadExit();
  const bool ended = exit.ok() && exit->has_value();
  // The script may have begun, and taken that word away; so it must not run again. And which of the
  // two it was must be known: the install script's success is not the job's.
  if ((!ended && !run.folder().Started()) || run.is_damaged()) {
    GiveUp(job, run, Outcome::Error(kDamaged), options_.work_folder);
    return;
  }
  Log(Severity::kInfo, "job adopted", {{"attempt", job.lease().attempt()}});
  job.set_phase(run.installing() ? v1::PHASE_INSTALL : v1::PHASE_SCRIPT, std::nullopt);
  run.container().Find().status().IgnoreError();
  Complete(job, run, /*prepare=*/false, options_.work_folder);
}

}  // namespace kozmic::runner
