#include "services/runner/leases/lease_loop.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"

namespace kozmic::runner {
namespace {

constexpr absl::Duration kPoll = absl::Seconds(60);
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(2);
constexpr size_t kRequestIdBytes = 16;

}  // namespace

LeaseLoop::LeaseLoop(BuildLink& link, JobTable& jobs, std::function<void(Job&)> run, Random& random,
                     std::function<void()> superseded)
    : link_(link),
      jobs_(jobs),
      run_(std::move(run)),
      random_(random),
      superseded_(std::move(superseded)) {
  thread_ = std::thread([this] { Run(); });
}

void LeaseLoop::SetFit(bool fit) {
  jobs_.SetFit(fit);
  if (!fit) link_.CancelWait();
}

LeaseLoop::~LeaseLoop() {
  Drain();
  thread_.join();
}

void LeaseLoop::Drain() {
  jobs_.Drain();
  link_.StopWaiting();
}

void LeaseLoop::Run() {
  std::string request_id = random_.Hex(kRequestIdBytes);
  int failures = 0;
  while (jobs_.WaitForSlot()) {
    const auto lease = link_.LeaseJob(request_id, kPoll);
    if (lease.ok()) {
      failures = 0;
      if (!lease->has_value()) continue;
      jobs_.Start(**lease, run_);
      // A lease whose answer was lost is asked for again under the same id; the next one anew.
      request_id = random_.Hex(kRequestIdBytes);
      continue;
    }
    if (jobs_.draining()) break;
    // It was ended for that; what it may have been given is asked for again under the same id.
    if (!jobs_.fit()) continue;
    if (Reason(lease.status()) == "stale_session") {
      superseded_();
      break;
    }
    ++failures;
    if (failures == 1 || failures % 30 == 0) {
      Log(Severity::kWarning, "no leases to be had", {{"error", lease.status()}});
    }
    if (jobs_.WaitForDrain(Backoff(failures, kFirstPause, kLongestPause, random_))) break;
  }
}

}  // namespace kozmic::runner
