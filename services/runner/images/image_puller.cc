#include "services/runner/images/image_puller.h"

#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "lib/base/trace_context.h"
#include "lib/status/macros.h"

namespace kozmic::runner {
namespace {

constexpr int kTries = 3;
// Of images that install scripts led to: of one project each, and no registry knows them.
constexpr char kCacheLabel[] = "kozmic.cache";
constexpr char kNotYours[] =
    ". The image that is here is not used: it was pulled with credentials that this build does not "
    "have.";

bool IsRegistryAway(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

// Whoever has the same one may have what it pulled.
std::string HolderOf(const ImagePuller::Wanted& wanted) {
  if (!wanted.auth) return PulledImages::kAnybody;
  return absl::StrCat(wanted.project, " ", wanted.auth->username, "@",
                      docker::RegistryKey(wanted.reference));
}

// Progress as lines of a log: each layer's end, and what concerns the whole.
void SayProgress(const docker::TransferProgress& progress, const ImagePuller::Say& say) {
  if (progress.layer.empty()) {
    if (absl::StartsWith(progress.status, "Status: Downloaded")) {
      say(absl::StrCat(progress.status, "\n"));
    }
  } else if (progress.status == "Pull complete") {
    say(absl::StrCat(progress.layer, ": ", progress.status, "\n"));
  }
}

// True when stopped before.
bool Pause(absl::Duration pause, const std::stop_token& stop) {
  absl::Notification stopped;
  const std::stop_callback on_stop(stop, [&stopped] { stopped.Notify(); });
  return stopped.WaitForNotificationWithTimeout(pause);
}

}  // namespace

bool ImagePuller::IsResting(const std::string& registry) const {
  absl::MutexLock lock(&mutex_);
  const auto found = rest_until_.find(registry);
  return found != rest_until_.end() && clock_.Now() < found->second;
}

void ImagePuller::SetResting(const std::string& registry, bool resting) {
  absl::MutexLock lock(&mutex_);
  if (resting) {
    rest_until_[registry] = clock_.Now() + options_.rest;
  } else {
    rest_until_.erase(registry);
  }
}

absl::StatusOr<std::string> ImagePuller::Pull(const Wanted& wanted, std::stop_token stop,
                                              const Say& say) {
  const docker::ImageReference& reference = wanted.reference;
  const std::string holder = HolderOf(wanted);
  const auto use_local = [&] {
    say(absl::StrCat("The registry ", reference.registry,
                     " cannot be reached; using the image as it is here.\n"));
    return wanted.local->id;
  };
  bool fallback = wanted.local && !wanted.local->labels.contains(kCacheLabel);
  if (fallback && IsResting(reference.registry)) {
    KOZMIC_ASSIGN_OR_RETURN(const bool may_use, pulled_.MayUse(wanted.local->id, holder));
    if (may_use) return use_local();
  }
  for (int tries = 1;; ++tries) {
    const absl::Status status = PullPatiently(wanted, fallback, stop, say);
    if (status.ok()) return Pulled(reference, holder);
    if (!IsRegistryAway(status)) return status;
    if (fallback) {
      KOZMIC_ASSIGN_OR_RETURN(const bool may_use, pulled_.MayUse(wanted.local->id, holder));
      if (may_use) {
        SetResting(reference.registry, true);
        return use_local();
      }
      fallback = false;
    }
    if (tries == kTries) {
      return wanted.local ? absl::Status(status.code(), absl::StrCat(status.message(), kNotYours))
                          : status;
    }
    say(absl::StrCat(status.message(), "\nRetry ", tries, "...\n"));
    if (Pause(options_.retry_pause * tries, stop)) return absl::CancelledError("stopped");
  }
}

absl::StatusOr<std::string> ImagePuller::Pulled(const docker::ImageReference& reference,
                                                const std::string& holder) {
  SetResting(reference.registry, false);
  KOZMIC_ASSIGN_OR_RETURN(const docker::ImageInfo image,
                          docker_.InspectImage(reference.ToString()));
  KOZMIC_RETURN_IF_ERROR(pulled_.Note(image.id, holder));
  return image.id;
}

absl::Status ImagePuller::PullPatiently(const Wanted& wanted, bool fallback, std::stop_token stop,
                                        const Say& say) {
  const docker::ImageReference& reference = wanted.reference;
  const docker::RegistryAuth* const auth = wanted.auth ? &*wanted.auth : nullptr;
  absl::Notification answered;
  const auto progress = [&](const docker::TransferProgress& progress) {
    if (!answered.HasBeenNotified()) answered.Notify();
    SayProgress(progress, say);
  };
  if (!fallback) {
    return docker_.PullImage(reference, auth, options_.pull_timeout, std::move(stop), progress);
  }
  // The engine has no time limit for the registry's first word; the image is here, so we have one.
  std::stop_source give_up;
  const std::stop_callback pass_on(stop, [&give_up] { give_up.request_stop(); });
  absl::Status status;
  std::thread pulling([&, context = CurrentTrace()] {
    const TraceScope trace(context);
    status =
        docker_.PullImage(reference, auth, options_.pull_timeout, give_up.get_token(), progress);
    if (!answered.HasBeenNotified()) answered.Notify();
  });
  const bool in_time = answered.WaitForNotificationWithTimeout(options_.patience);
  if (!in_time) give_up.request_stop();
  pulling.join();
  if (!in_time && absl::IsCancelled(status) && !stop.stop_requested()) {
    return absl::UnavailableError(
        absl::StrCat("the registry ", reference.registry, " does not answer"));
  }
  return status;
}

}  // namespace kozmic::runner
