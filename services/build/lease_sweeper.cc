#include "services/build/lease_sweeper.h"

#include <utility>

#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/build/state_machine.h"

namespace kozmic::build {
namespace {

constexpr int kBatch = 100;
constexpr absl::Duration kInterval = absl::Seconds(5);

constexpr char kLostBeforeStart[] =
    "The runner was lost before the script started; the job waits for another runner.";
constexpr char kLostAfterStart[] =
    "Runner lost: it stopped answering while the script ran, so the result is not known. "
    "The job is not run again by itself because its script may have had effects.";

}  // namespace

LeaseSweeper::LeaseSweeper(LeaseStore& store, const Clock& clock, Seal seal, absl::Duration grace)
    : store_(store),
      clock_(clock),
      seal_(std::move(seal)),
      grace_(grace),
      not_before_(clock.Now() + grace),
      expected_by_(absl::InfiniteFuture()) {}

bool LeaseSweeper::RunnersCouldRenew() {
  const absl::Time begun = clock_.Now();
  const absl::Status reachable = store_.CheckReachable();
  const absl::Time now = clock_.Now();
  // Late: somebody or something held this process, or the database, still.
  if (!reachable.ok() || begun > expected_by_ || now - begun > kInterval) {
    not_before_ = now + grace_;
  }
  return now >= not_before_;
}

absl::Duration LeaseSweeper::Sweep() {
  const bool may_declare = RunnersCouldRenew();
  expected_by_ = clock_.Now() + 2 * kInterval;
  if (!may_declare) return kInterval;
  const auto lost = store_.TakeLost(kBatch);
  if (!lost.ok()) return kInterval;
  for (const LostAttempt& attempt : *lost) {
    const absl::Status status = DealWith(attempt);
    if (!status.ok() && Reason(status) != "stale_fence") {
      Log(Severity::kWarning, "cannot conclude a lost attempt yet",
          {{"attempt", attempt.key.Name()}, {"error", status}});
    }
  }
  expected_by_ = clock_.Now() + 2 * kInterval;
  return kInterval;
}

absl::Status LeaseSweeper::DealWith(const LostAttempt& lost) {
  KOZMIC_ASSIGN_OR_RETURN(const SealedLog log, seal_(lost.key.LogName()));
  const bool requeue =
      VerdictOnLost(lost.phase, static_cast<int>(lost.key.attempt)) == LostVerdict::kRequeue;
  AttemptEnd end;
  end.state = v1::STATE_ERROR;
  end.reason = requeue ? kLostBeforeStart : kLostAfterStart;
  end.log_size = log.size;
  end.log_sha256 = log.sha256;
  Log(Severity::kWarning, "runner lost",
      {{"attempt", lost.key.Name()}, {"verdict", requeue ? "requeued" : "error"}});
  return requeue ? store_.Requeue(lost.key, end) : store_.FinishLost(lost.key, end);
}

}  // namespace kozmic::build
