#include "services/runner/job_preparation.h"

#include <functional>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/runner/fetch_error.h"
#include "services/runner/init/mask.h"

namespace kozmic::runner {
namespace {

constexpr absl::Duration kRetryPause = absl::Seconds(1);
// For the build service, and the repository's host, to come back.
constexpr int kTries = 5;

// False when stopped.
bool Pause(absl::Duration pause, const std::stop_token& stop) {
  absl::Notification stopped;
  const std::stop_callback on_stop(stop, [&stopped] { stopped.Notify(); });
  return !stopped.WaitForNotificationWithTimeout(pause);
}

// Tries again while whoever is called is away.
absl::Status WithRetries(const std::stop_token& stop, const std::function<absl::Status()>& call) {
  for (int tries = 1;; ++tries) {
    absl::Status status = call();
    if (!IsRetryable(status) || absl::IsCancelled(status) || tries == kTries) return status;
    if (!Pause(kRetryPause * tries, stop)) return absl::CancelledError("stopped");
  }
}

ScriptPlan PlanOf(const v1::JobSpec& spec) {
  ScriptPlan plan;
  plan.user = "kozmic";
  plan.home = "/kozmic";
  plan.working_folder = "/kozmic/src";
  plan.install_script = spec.install_script();
  plan.script = spec.script();
  plan.environment.insert(spec.environment().begin(), spec.environment().end());
  plan.environment["TERM"] = "xterm";
  plan.environment["CI"] = "true";
  plan.environment["KOZMIC"] = "true";
  return plan;
}

// Whose fault: the project's own (a name that is wrong) or a machine's.
Outcome OutcomeOf(const absl::Status& status, absl::string_view what) {
  const std::string reason = absl::StrCat(what, status.message());
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
      return Outcome::Failed(reason);
    default:
      return Outcome::Error(reason);
  }
}

}  // namespace

void JobPreparation::Say(absl::string_view line) {
  if (const absl::Status status = folder_.AppendLog(line); !status.ok()) {
    Log(Severity::kError, "cannot write to a log",
        {{"attempt", job_.lease().attempt()}, {"error", status}});
  }
}

std::optional<Outcome> JobPreparation::Run() {
  const std::string& image = job_.lease().spec().image();
  Say(absl::StrCat("Pulling \"", image, "\" Docker image...\n"));
  std::optional<Outcome> ended;
  const auto reference = docker::ParseImageReference(image);
  if (reference.ok()) {
    ended = Prepare(*reference);
  } else {
    ended = OutcomeOf(reference.status(), "");
  }
  // Others' words, such as git's, may repeat what happens to be a secret.
  if (ended) ended->reason = Masked(ended->reason);
  if (ended && job_.stop_reason() == StopReason::kNone) Say(absl::StrCat(ended->reason, "\n"));
  return ended;
}

std::optional<Outcome> JobPreparation::Prepare(const docker::ImageReference& reference) {
  job_.set_phase(v1::PHASE_PULL);
  if (const absl::Status written = folder_.WritePlan(PlanOf(job_.lease().spec())); !written.ok()) {
    return Outcome::Error(
        absl::StrCat("The runner could not prepare the job: ", written.message()));
  }
  const std::string name = reference.ToString();
  const auto local = tools_.docker.InspectImage(name);
  if (!local.ok() && !absl::IsNotFound(local.status())) {
    return OutcomeOf(local.status(), "Docker: ");
  }

  // Ends the other steps when one fails. The futures wait for their steps when they go.
  std::stop_source abort;
  const std::stop_callback pass_on(job_.stop_token(), [&abort] { abort.request_stop(); });
  std::future<absl::Status> starting;
  std::future<absl::Status> fetching =
      std::async(std::launch::async, [this, stop = abort.get_token()] { return Fetch(stop); });
  std::future<absl::Status> pulling = std::async(
      std::launch::async, [this, &reference, here = local.ok(), stop = abort.get_token()] {
        return Pull(reference, here, stop);
      });
  if (local.ok()) {
    starting =
        std::async(std::launch::async, [this, id = local->id] { return container_.Start(id); });
  }

  const absl::Status pulled = pulling.get();
  if (!pulled.ok()) {
    abort.request_stop();
    // Pull failures are the project's to mend, as the name of the image is theirs.
    return absl::IsUnavailable(pulled) && !tools_.docker.Ping(absl::Seconds(5)).ok()
               ? Outcome::Error(pulled.message())
               : Outcome::Failed(pulled.message());
  }
  job_.set_phase(v1::PHASE_FETCH);
  const auto image = tools_.docker.InspectImage(name);
  const absl::Status fetched = fetching.get();
  if (!fetched.ok()) return OutcomeOf(fetched, "The commit could not be fetched: ");
  if (!image.ok()) return OutcomeOf(image.status(), "Docker: ");

  if (starting.valid() && image->id != local->id) {
    starting.get().IgnoreError();
    starting = {};
    if (const absl::Status removed = container_.Remove(); !removed.ok()) {
      return OutcomeOf(removed, "Docker: ");
    }
  }
  if (const absl::Status announced = AnnounceScript(); !announced.ok()) {
    return Outcome::Error(announced.message());
  }
  absl::Status started;
  if (!starting.valid()) started = container_.Start(image->id);
  if (!started.ok()) return OutcomeOf(started, "Docker could not start the container: ");
  if (!job_.BeginScript()) return OutcomeOf(absl::CancelledError("stopped"), "");
  // Before the container is known to run: kozmic-init reads it as soon as it can.
  const absl::Status gone = folder_.Go({issued_.secrets().begin(), issued_.secrets().end()});
  if (!gone.ok()) return Outcome::Error(gone.message());
  if (starting.valid()) started = starting.get();
  // A script that has begun says more than an answer that an engine owes us.
  if (folder_.Started()) return std::nullopt;
  if (!started.ok()) return OutcomeOf(started, "Docker could not start the container: ");
  return std::nullopt;
}

absl::Status JobPreparation::Pull(const docker::ImageReference& reference, bool local,
                                  std::stop_token stop) {
  return tools_.images.Pull(reference, local, std::move(stop),
                            [this](absl::string_view line) { Say(line); });
}

absl::Status JobPreparation::Fetch(const std::stop_token& stop) {
  KOZMIC_RETURN_IF_ERROR(Issue(/*refused=*/false, stop));
  absl::Status fetched = Checkout(stop);
  if (Reason(fetched) == kKeyRefused) {
    Log(Severity::kWarning, "a deploy key was refused; asking once more",
        {{"attempt", job_.lease().attempt()}});
    KOZMIC_RETURN_IF_ERROR(Issue(/*refused=*/true, stop));
    fetched = Checkout(stop);
  }
  issued_.clear_ssh_private_key();
  return fetched;
}

absl::Status JobPreparation::Issue(bool refused, const std::stop_token& stop) {
  return WithRetries(stop, [&]() -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(issued_, tools_.link.IssueCheckout(job_.lease(), refused, stop));
    return absl::OkStatus();
  });
}

absl::Status JobPreparation::Checkout(const std::stop_token& stop) {
  CheckoutRequest request;
  request.project = job_.lease().spec().project();
  request.clone_url = issued_.clone_url();
  request.ssh_private_key = issued_.ssh_private_key();
  request.ssh_known_hosts = {issued_.ssh_known_hosts().begin(), issued_.ssh_known_hosts().end()};
  request.commit = job_.lease().spec().commit();
  request.ref = job_.lease().spec().ref();
  request.target = folder_.source_path();
  return WithRetries(stop, [&] { return tools_.git.Checkout(request, stop); });
}

std::string JobPreparation::Masked(absl::string_view text) const {
  init::Masker masker;
  for (const auto& [name, value] : issued_.secrets()) {
    if (!masker.Add(value.data(), value.size())) return "There is no memory to tell the reason.";
  }
  std::string masked(text);
  masker.Mask(masked.data(), masked.size(), /*last=*/true);
  return masked;
}

absl::Status JobPreparation::AnnounceScript() {
  // The install script may have effects too, so it has no phase before this one.
  job_.set_phase(v1::PHASE_SCRIPT);
  // For as long as the lease may live: without this word a lost runner's script would run twice.
  while (true) {
    absl::Status status = tools_.renewer.RenewNow(job_);
    if (!IsRetryable(status)) return status;
    if (!Pause(kRetryPause, job_.stop_token())) return absl::CancelledError("stopped");
  }
}

}  // namespace kozmic::runner
