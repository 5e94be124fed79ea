#include "services/runner/leases/session_watch.h"

#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"

namespace kozmic::runner {
namespace {

// A stream that held for so long was none that failed.
constexpr absl::Duration kHeld = absl::Seconds(10);

}  // namespace

SessionWatch::SessionWatch(BuildLink& link, Random& random, std::function<void()> renew,
                           Options options)
    : link_(link), random_(random), renew_(std::move(renew)), options_(options) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void SessionWatch::Run(const std::stop_token& stop) {
  int failures = 0;
  while (true) {
    const absl::Time begun = absl::Now();
    const absl::Status ended = link_.WatchSession(stop, renew_);
    if (stop.stop_requested()) return;
    // What was to be told while nobody listens.
    renew_();
    // The renewal hears the same, and tells.
    if (Reason(ended) == "stale_session") return;
    failures = absl::Now() - begun >= kHeld ? 1 : failures + 1;
    const bool unknown = absl::IsUnimplemented(ended);
    if (failures == 1 || unknown) {
      Log(Severity::kInfo, "no hints from the build service for now", {{"error", ended}});
    }
    absl::Notification stopped;
    const std::stop_callback on_stop(stop, [&stopped] { stopped.Notify(); });
    if (stopped.WaitForNotificationWithTimeout(
            unknown ? options_.unknown_pause
                    : Backoff(failures, options_.first_pause, options_.longest_pause, random_))) {
      return;
    }
  }
}

}  // namespace kozmic::runner
