#include "services/runner/image_puller.h"

#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace kozmic::runner {
namespace {

constexpr int kTries = 3;

bool IsRegistryAway(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
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

absl::Status ImagePuller::Pull(const docker::ImageReference& reference, bool local,
                               std::stop_token stop, const Say& say) {
  const auto use_local = [&] {
    say(absl::StrCat("The registry ", reference.registry,
                     " cannot be reached; using the image as it is here.\n"));
    return absl::OkStatus();
  };
  if (local && IsResting(reference.registry)) return use_local();
  for (int tries = 1;; ++tries) {
    const absl::Status status = PullPatiently(reference, local, stop, say);
    if (!IsRegistryAway(status)) {
      if (status.ok()) SetResting(reference.registry, false);
      return status;
    }
    if (local) {
      SetResting(reference.registry, true);
      return use_local();
    }
    if (tries == kTries) return status;
    say(absl::StrCat(status.message(), "\nRetry ", tries, "...\n"));
    if (Pause(options_.retry_pause * tries, stop)) return absl::CancelledError("stopped");
  }
}

absl::Status ImagePuller::PullPatiently(const docker::ImageReference& reference, bool local,
                                        std::stop_token stop, const Say& say) {
  absl::Notification answered;
  const auto progress = [&](const docker::TransferProgress& progress) {
    if (!answered.HasBeenNotified()) answered.Notify();
    SayProgress(progress, say);
  };
  if (!local) {
    return docker_.PullImage(reference, nullptr, options_.pull_timeout, std::move(stop), progress);
  }
  // The engine has no time limit for the registry's first word; the image is here, so we have one.
  std::stop_source give_up;
  const std::stop_callback pass_on(stop, [&give_up] { give_up.request_stop(); });
  absl::Status status;
  std::thread pulling([&] {
    status =
        docker_.PullImage(reference, nullptr, options_.pull_timeout, give_up.get_token(), progress);
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
