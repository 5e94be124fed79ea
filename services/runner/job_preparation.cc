#include "services/runner/job_preparation.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lib/base/log.h"
#include "lib/base/trace_context.h"
#include "lib/crypto/digest.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/runner/fetch/fetch_error.h"
#include "services/runner/images/pulled_images.h"

namespace kozmic::runner {
namespace {

constexpr char kNotFetched[] = "The commit could not be fetched: ";
constexpr char kNoNetwork[] = "Docker could not make the network of the job's services: ";
constexpr char kNoContainer[] = "Docker could not start the container: ";
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

// So many of the things that changed are named.
constexpr size_t kMostChanges = 10;

ScriptPlan PlanOf(const v1::JobSpec& spec, const std::string& script) {
  ScriptPlan plan;
  plan.script = script;
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

// An image that a project names.
absl::StatusOr<docker::ImageReference> ParseImage(const std::string& name,
                                                  const InstallSharing& sharing) {
  KOZMIC_ASSIGN_OR_RETURN(docker::ImageReference reference, docker::ParseImageReference(name));
  if (InstallCache::IsReserved(reference) || sharing.IsReserved(reference)) {
    return absl::FailedPreconditionError("Images named kozmic-cache/… are Kozmic CI's own.");
  }
  if (PulledImages::IsReserved(reference)) {
    return absl::FailedPreconditionError("Images named kozmic-pulled/… are Kozmic CI's own.");
  }
  return reference;
}

Outcome NotPrepared(const absl::Status& status) {
  return Outcome::Error(absl::StrCat("The runner could not prepare the job: ", status.message()));
}

std::string InstallLine(const InstallChanges& changed) {
  std::vector<std::string> changes = changed.differences;
  if (changes.empty()) return "Running install script...\n";
  const size_t more = changes.size() - std::min(changes.size(), kMostChanges);
  changes.resize(changes.size() - more);
  if (more > 0) changes.push_back(absl::StrCat(more, " more"));
  const std::string since =
      changed.before.build > 0 ? absl::StrCat(" since build #", changed.before.build) : "";
  return absl::StrCat("Running install script, as this changed", since, ": ",
                      absl::StrJoin(changes, ", "), "\n");
}

std::string MadeLine(const InstallMaker& maker) {
  if (maker.build == 0) return "";
  return absl::StrCat("The same was installed by build #", maker.build, " on ", maker.runner,
                      ".\n");
}

constexpr char kSkipping[] = "Skipping install script as tracked files did not change...\n";

}  // namespace

InstallCache::Wanted WantedInstall(const v1::Lease& lease, InstallInputs inputs) {
  InstallCache::Wanted wanted = {.inputs = std::move(inputs),
                                 // What strangers' code made is nobody else's.
                                 .only_for = lease.spec().fork() ? JobFolder::IdOf(lease) : ""};
  const std::vector<std::string> name = absl::StrSplit(lease.attempt(), '/');
  if (name.size() < 4 || !absl::SimpleAtoi(name[3], &wanted.build)) wanted.build = 0;
  return wanted;
}

void JobPreparation::Say(absl::string_view line) {
  if (const absl::Status status = folder_.AppendLog(line); !status.ok()) {
    Log(Severity::kError, "cannot write to a log",
        {{"attempt", job_.lease().attempt()}, {"error", status}});
  }
}

std::optional<Outcome> JobPreparation::Run() {
  const std::string& image = job_.lease().spec().image();
  std::optional<Outcome> ended;
  if (install_.turn != nullptr) {
    ended = GoOn();
  } else {
    job_.set_phase(v1::PHASE_PULL, folder_.LogSize());
    Say(absl::StrCat("Pulling \"", image, "\" Docker image...\n"));
    const auto reference = ParseImage(image, tools_.sharing);
    ended = reference.ok() ? Prepare(*reference) : OutcomeOf(reference.status(), "");
  }
  // Others' words, such as git's, may repeat what happens to be a secret.
  if (ended) ended->reason = parts_.mask.Mask(ended->reason);
  if (ended && job_.stop_reason() == StopReason::kNone) Say(absl::StrCat(ended->reason, "\n"));
  return ended;
}

std::optional<Outcome> JobPreparation::Prepare(const docker::ImageReference& reference) {
  const std::string name = reference.ToString();
  const v1::JobSpec& spec = job_.lease().spec();
  const bool installs = !spec.install_script().empty();
  // Ends the other steps when one fails. The futures wait for their steps when they go.
  std::stop_source abort;
  const std::stop_callback pass_on(job_.stop_token(), [&abort] { abort.request_stop(); });
  std::future<absl::Status> issuing =
      AsyncInTrace([this, stop = abort.get_token()] { return Issue(stop); });
  const absl::Status planned = folder_.WritePlan(Plan(spec.script()));
  if (!planned.ok()) {
    abort.request_stop();
    return NotPrepared(planned);
  }
  if (!installs) {
    // Before any container that is to be in it.
    if (const absl::Status made = parts_.network.Make(); !made.ok()) {
      abort.request_stop();
      return OutcomeOf(made, kNoNetwork);
    }
  }
  const auto found = tools_.docker.InspectImage(name);
  if (!found.ok() && !absl::IsNotFound(found.status())) {
    abort.request_stop();
    return OutcomeOf(found.status(), "Docker: ");
  }
  const std::optional<docker::ImageInfo> local = found.ok() ? std::optional(*found) : std::nullopt;

  Guess guess = StartGuess(local);
  if (const absl::Status issued = issuing.get(); !issued.ok()) {
    return OutcomeOf(issued, kNotFetched);
  }
  std::future<absl::Status> serving;
  if (!installs) {
    serving = AsyncInTrace([this, stop = abort.get_token()] { return StartServices(stop); });
  }
  std::future<absl::Status> fetching =
      AsyncInTrace([this, stop = abort.get_token()] { return Fetch(stop); });
  const absl::StatusOr<std::string> image = Pull(reference, local, abort.get_token());
  if (!image.ok()) {
    abort.request_stop();
    // Pull failures are the project's to mend, as the name of the image is theirs.
    return IsEngineAway(image.status()) ? Outcome::Error(image.status().message())
                                        : Outcome::Failed(image.status().message());
  }
  job_.set_phase(v1::PHASE_FETCH, folder_.LogSize());
  const absl::Status fetched = fetching.get();
  if (!fetched.ok()) {
    abort.request_stop();
    return OutcomeOf(fetched, kNotFetched);
  }
  if (installs) return UseInstalled(*image, std::move(guess));

  std::future<absl::Status> starting;
  if (*image == guess.image_id) {
    starting = std::move(guess.starting);
  } else {
    const auto kept = Keep(std::move(guess), *image);
    if (!kept.ok()) return OutcomeOf(kept.status(), "Docker: ");
    if (const absl::Status started = StartWithPlan(*image); !started.ok()) {
      return OutcomeOf(started, kNoContainer);
    }
  }
  if (const absl::Status served = serving.get(); !served.ok()) return OutcomeOf(served, "");
  NoteContainer(*image);
  return LetScriptGo(std::move(starting));
}

JobPreparation::Guess JobPreparation::StartGuess(const std::optional<docker::ImageInfo>& local) {
  const v1::JobSpec& spec = job_.lease().spec();
  Guess guess;
  if (const auto warm = folder_.warm()) {
    job_.set_container_id(container_.Name());
    guess.image_id = warm->image_id;
    guess.starting = std::async(std::launch::deferred, [] { return absl::OkStatus(); });
    return guess;
  }
  if (spec.install_script().empty()) {
    if (local) guess.image_id = local->id;
  } else if (spec.services().empty()) {
    // With services it would have to be in their network.
    guess.image_id = tools_.last_images.Guess(spec);
  }
  if (!guess.image_id.empty()) {
    guess.starting = AsyncInTrace([this, id = guess.image_id] { return container_.Start(id); });
  }
  return guess;
}

absl::StatusOr<bool> JobPreparation::Keep(Guess guess, const std::string& image_id) {
  if (!guess.starting.valid()) return false;
  const bool started = guess.starting.get().ok();
  if (started && guess.image_id == image_id) return true;
  KOZMIC_RETURN_IF_ERROR(container_.Remove());
  KOZMIC_RETURN_IF_ERROR(folder_.ForgetWarm());
  return false;
}

std::optional<Outcome> JobPreparation::UseInstalled(const std::string& base_image, Guess guess) {
  const v1::JobSpec& spec = job_.lease().spec();
  auto tracked = tools_.git.ObjectsAt(
      Request(), {spec.tracked_files().begin(), spec.tracked_files().end()}, job_.stop_token());
  if (!tracked.ok()) return OutcomeOf(tracked.status(), "The tracked files: ");
  const InstallCache::Wanted wanted =
      WantedInstall(job_.lease(), {.project = spec.project(),
                                   .base_image = base_image,
                                   .script_sha256 = Sha256Hex(spec.install_script()),
                                   .tracked = *std::move(tracked)});
  const auto say = [this](absl::string_view line) {
    job_.set_phase(v1::PHASE_INSTALL, folder_.LogSize());
    tools_.renewer.RenewSoon();
    Say(line);
  };
  while (true) {
    auto turn = tools_.installs.Take(wanted, job_.stop_token(), [&](const std::string& holder) {
      say(absl::StrCat("Waiting for the same install script, which ", holder, " is running...\n"));
    });
    if (!turn.ok()) return OutcomeOf(turn.status(), "Docker: ");
    install_.turn = *std::move(turn);
    const auto kept = Keep(std::exchange(guess, {}), install_.turn->image_id());
    if (!kept.ok()) return OutcomeOf(kept.status(), "Docker: ");
    if (!install_.turn->image().empty()) {
      Say(MadeLine(install_.turn->maker()));
    } else {
      // After a failure each tries for itself, on this runner as among runners.
      InstallSharing::Found found;
      if (install_.turn->leads() || !wanted.only_for.empty()) {
        auto looked =
            tools_.sharing.Find(job_.lease(), wanted, *install_.turn, job_.stop_token(), say);
        if (!looked.ok()) return OutcomeOf(looked.status(), "");
        found = *std::move(looked);
      }
      install_.claim = std::move(found.claim);
      if (install_.turn->image().empty()) {
        return StartInstall(wanted.inputs, std::move(found.known));
      }
    }
    if (*kept) break;
    const absl::Status started = StartWithPlan(install_.turn->image());
    if (started.ok()) break;
    // Somebody removed it meanwhile.
    if (!absl::IsNotFound(started)) return OutcomeOf(started, kNoContainer);
  }
  tools_.last_images.Note(spec, install_.turn->image_id());
  NoteContainer(install_.turn->image_id());
  Say(kSkipping);
  return StartServicesAndLetGo();
}

std::optional<Outcome> JobPreparation::StartInstall(InstallInputs inputs,
                                                    std::vector<KnownInstall> known) {
  job_.set_phase(v1::PHASE_INSTALL, folder_.LogSize());
  Say(InstallLine(tools_.installs.WhatChanged(inputs, std::move(known))));
  tools_.renewer.RenewSoon();
  const v1::JobSpec& spec = job_.lease().spec();
  const absl::Status planned =
      folder_.WriteInstallPlan(Plan(spec.install_script()), ToText(inputs));
  if (!planned.ok()) return NotPrepared(planned);
  const absl::Status started =
      container_.Start(inputs.base_image, ScriptContainer::Purpose::kInstall);
  if (!started.ok()) return OutcomeOf(started, kNoContainer);
  install_.running = std::move(inputs);
  return LetGo({}, {});
}

std::optional<Outcome> JobPreparation::GoOn() {
  // What the install script did to the clone is not kept either.
  absl::Status fetched = Issue(job_.stop_token());
  if (fetched.ok()) fetched = Fetch(job_.stop_token());
  if (!fetched.ok()) return OutcomeOf(fetched, kNotFetched);
  const absl::Status started = StartWithPlan(install_.turn->image());
  if (!started.ok()) return OutcomeOf(started, kNoContainer);
  // What a fork's led to is for it alone.
  if (!job_.lease().spec().fork()) {
    tools_.last_images.Note(job_.lease().spec(), install_.turn->image_id());
    NoteContainer(install_.turn->image_id());
  }
  return StartServicesAndLetGo();
}

std::optional<Outcome> JobPreparation::StartServicesAndLetGo() {
  const absl::Status served = StartServices(job_.stop_token());
  if (!served.ok()) return OutcomeOf(served, "");
  return LetScriptGo();
}

absl::Status JobPreparation::StartWithPlan(const std::string& image) {
  KOZMIC_RETURN_IF_ERROR(folder_.WritePlan(Plan(job_.lease().spec().script())));
  KOZMIC_RETURN_IF_ERROR(parts_.network.Make());
  return container_.Start(image);
}

void JobPreparation::NoteContainer(const std::string& image_id) {
  // Init in one of another kernel hears nothing of a runner that ends, nor the runner of its end.
  if (parts_.foreign_kernel) return;
  tools_.warm.Note(job_.lease().spec(), container_.Spec(image_id), folder_.path());
}

std::optional<Outcome> JobPreparation::LetScriptGo(std::future<absl::Status> starting) {
  if (const absl::Status announced = AnnounceScript(); !announced.ok()) {
    return Outcome::Error(announced.message());
  }
  return LetGo(std::move(starting), {issued_.secrets().begin(), issued_.secrets().end()});
}

std::optional<Outcome> JobPreparation::LetGo(std::future<absl::Status> starting,
                                             const std::map<std::string, std::string>& secrets) {
  if (!job_.BeginScript()) return OutcomeOf(absl::CancelledError("stopped"), "");
  // Before the container is known to run: kozmic-init reads it as soon as it can.
  absl::Status gone = folder_.Go(secrets);
  const auto warm = folder_.warm();
  if (warm && absl::IsUnavailable(gone)) {
    // It has ended while it waited; none of its own is started yet.
    job_.TakeBackScript();
    Log(Severity::kWarning, "a container that was started ahead has ended; starting another",
        {{"attempt", job_.lease().attempt()}});
    absl::Status started = container_.Remove();
    if (started.ok()) started = folder_.ForgetWarm();
    if (started.ok()) started = StartWithPlan(warm->image_id);
    if (!started.ok()) return OutcomeOf(started, kNoContainer);
    if (!job_.BeginScript()) return OutcomeOf(absl::CancelledError("stopped"), "");
    gone = folder_.Go(secrets);
  }
  if (!gone.ok()) return Outcome::Error(gone.message());
  const absl::Status started = starting.valid() ? starting.get() : absl::OkStatus();
  // A script that has begun says more than an answer that an engine owes us.
  if (!started.ok() && !folder_.Started()) return OutcomeOf(started, kNoContainer);
  return std::nullopt;
}

absl::Status JobPreparation::Issue(const std::stop_token& stop) {
  KOZMIC_ASSIGN_OR_RETURN(issued_, Ask(/*refused=*/false, stop));
  registries_ = RegistryAccess(issued_, job_.lease().spec().fork());
  parts_.mask.Learn(issued_);
  return absl::OkStatus();
}

absl::StatusOr<std::string> JobPreparation::Pull(const docker::ImageReference& reference,
                                                 const std::optional<docker::ImageInfo>& local,
                                                 std::stop_token stop, const std::string& prefix) {
  const auto say = [&](absl::string_view line) {
    Say(absl::StrCat(prefix, parts_.mask.Mask(line)));
  };
  absl::StatusOr<std::string> image = tools_.images.Pull({.reference = reference,
                                                          .local = local,
                                                          .auth = registries_.For(reference),
                                                          .project = job_.lease().spec().project()},
                                                         std::move(stop), say);
  if (image.ok() || IsEngineAway(image.status())) return image;
  return registries_.Explain(image.status(), reference);
}

absl::Status JobPreparation::Fetch(const std::stop_token& stop) {
  absl::Status fetched = Checkout(stop);
  if (Reason(fetched) == kKeyRefused) {
    Log(Severity::kWarning, "a deploy key was refused; asking once more",
        {{"attempt", job_.lease().attempt()}});
    KOZMIC_ASSIGN_OR_RETURN(v1::IssueCheckoutResponse mended, Ask(/*refused=*/true, stop));
    issued_.mutable_clone_url()->swap(*mended.mutable_clone_url());
    issued_.mutable_ssh_private_key()->swap(*mended.mutable_ssh_private_key());
    issued_.mutable_ssh_known_hosts()->Swap(mended.mutable_ssh_known_hosts());
    fetched = Checkout(stop);
  }
  if (fetched.ok() && job_.lease().spec().submodules()) {
    fetched =
        tools_.submodules.Fetch(Request(), stop, [this](absl::string_view line) { Say(line); });
  }
  issued_.clear_ssh_private_key();
  return fetched;
}

absl::StatusOr<v1::IssueCheckoutResponse> JobPreparation::Ask(bool refused,
                                                              const std::stop_token& stop) {
  v1::IssueCheckoutResponse response;
  KOZMIC_RETURN_IF_ERROR(WithRetries(stop, [&]() -> absl::Status {
    KOZMIC_ASSIGN_OR_RETURN(response, tools_.link.IssueCheckout(job_.lease(), refused, stop));
    return absl::OkStatus();
  }));
  return response;
}

CheckoutRequest JobPreparation::Request() const {
  CheckoutRequest request;
  request.project = job_.lease().spec().project();
  request.clone_url = issued_.clone_url();
  request.ssh_private_key = issued_.ssh_private_key();
  request.ssh_known_hosts = {issued_.ssh_known_hosts().begin(), issued_.ssh_known_hosts().end()};
  request.commit = job_.lease().spec().commit();
  request.ref = job_.lease().spec().ref();
  request.target = folder_.source_path();
  return request;
}

absl::Status JobPreparation::Checkout(const std::stop_token& stop) {
  return WithRetries(stop, [&] { return tools_.git.Checkout(Request(), stop); });
}

bool JobPreparation::IsEngineAway(const absl::Status& pulled) const {
  return absl::IsUnavailable(pulled) && !tools_.docker.Ping(absl::Seconds(5)).ok();
}

ScriptPlan JobPreparation::Plan(const std::string& script) const {
  ScriptPlan plan = PlanOf(job_.lease().spec(), script);
  plan.no_new_privileges = parts_.hardened;
  plan.foreign_kernel = parts_.foreign_kernel;
  return plan;
}

absl::Status JobPreparation::StartServices(const std::stop_token& stop) {
  if (job_.lease().spec().services().empty()) return absl::OkStatus();
  // Ends the others when one fails.
  std::stop_source abort;
  const std::stop_callback pass_on(stop, [&abort] { abort.request_stop(); });
  return parts_.services.Start([&](const v1::Service& service) {
    auto image = PullForService(service, abort.get_token());
    if (!image.ok()) abort.request_stop();
    return image;
  });
}

absl::StatusOr<std::string> JobPreparation::PullForService(const v1::Service& service,
                                                           const std::stop_token& stop) {
  Say(absl::StrCat("Pulling \"", service.image(), "\" Docker image for the service \"",
                   service.name(), "\"...\n"));
  KOZMIC_ASSIGN_OR_RETURN(const auto reference, ParseImage(service.image(), tools_.sharing));
  const auto local = tools_.docker.InspectImage(reference.ToString());
  if (!local.ok() && !absl::IsNotFound(local.status())) return local.status();
  auto image = Pull(reference, local.ok() ? std::optional(*local) : std::nullopt, stop,
                    absl::StrCat(service.name(), " | "));
  if (image.ok() || absl::IsCancelled(image.status()) || IsEngineAway(image.status())) return image;
  // As with the script's image: the name of it is the project's to mend.
  return absl::FailedPreconditionError(image.status().message());
}

absl::Status JobPreparation::AnnounceScript() {
  job_.set_phase(v1::PHASE_SCRIPT, folder_.LogSize());
  // For as long as the lease may live: without this word a lost runner's script would run twice.
  while (true) {
    absl::Status status = tools_.renewer.RenewNow(job_);
    if (!IsRetryable(status)) return status;
    if (!Pause(kRetryPause, job_.stop_token())) return absl::CancelledError("stopped");
  }
}

}  // namespace kozmic::runner
