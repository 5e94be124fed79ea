#include "services/runner/disk_limit.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/synchronization/notification.h"
#include "lib/base/log.h"
#include "lib/base/trace_context.h"

namespace kozmic::runner {
namespace {

// Looks take at most one part in so many of a job's time.
constexpr int kPauseFactor = 20;

}  // namespace

DiskLimit::DiskLimit(Job& job, int64_t most_bytes, Measure measure, Options options)
    : job_(job),
      most_bytes_(most_bytes),
      measure_(std::move(measure)),
      options_(options),
      thread_([this, context = CurrentTrace()](const std::stop_token& stop) {
        const TraceScope trace(context);
        Run(stop);
      }) {}

DiskLimit::~DiskLimit() = default;

void DiskLimit::Run(const std::stop_token& stop) {
  absl::Notification stopped;
  const std::stop_callback on_stop(stop, [&stopped] { stopped.Notify(); });
  absl::Duration pause = options_.shortest_pause;
  bool told = false;
  while (!stopped.WaitForNotificationWithTimeout(pause)) {
    const auto begin = std::chrono::steady_clock::now();
    const absl::StatusOr<int64_t> bytes = measure_(stop);
    const absl::Duration cost = absl::FromChrono(std::chrono::steady_clock::now() - begin);
    pause = std::max(options_.shortest_pause, kPauseFactor * cost);
    if (stop.stop_requested()) return;
    if (!bytes.ok()) {
      if (!std::exchange(told, true)) {
        Log(Severity::kWarning, "what a job writes cannot be measured",
            {{"attempt", job_.lease().attempt()}, {"error", bytes.status()}});
      }
      continue;
    }
    if (*bytes <= most_bytes_) continue;
    Log(Severity::kInfo, "a job has written more than it may",
        {{"attempt", job_.lease().attempt()}, {"mebibytes", *bytes >> 20}});
    job_.Stop(StopReason::kDiskFull);
    return;
  }
}

}  // namespace kozmic::runner
