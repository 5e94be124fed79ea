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

// A job that ran on so long after its time limit is taken from its runner.
constexpr absl::Duration kOverdue = absl::Minutes(2);
// Every job has a deadline (I7), also one that no runner takes.
constexpr absl::Duration kLongestWait = absl::Hours(24);
constexpr absl::Duration kLongestWaitForApproval = absl::Hours(30 * 24);

constexpr char kLostBeforeStart[] =
    "The runner was lost before the script started; the job waits for another runner.";
constexpr char kLostAndRunAgain[] =
    "The runner was lost; the job is run again, as the project's settings have it.";
constexpr char kLostTooOften[] =
    "Runner lost: three runners in a row were lost with this job, so it is not tried again.";
constexpr char kLostAfterStart[] =
    "Runner lost: it stopped answering while the script ran, so the result is not known. "
    "The job is not run again by itself because its script may have had effects.";
constexpr char kCancelled[] = "Cancelled; the runner was lost meanwhile.";
constexpr char kTimedOut[] = "The job ran for longer than its time limit and was ended.";

AttemptEnd EndOf(LostVerdict verdict, const LostFacts& facts) {
  AttemptEnd end;
  end.state = v1::STATE_ERROR;
  const bool had_started = facts.phase >= runner::v1::PHASE_SCRIPT;
  switch (verdict) {
    case LostVerdict::kRequeue:
      end.reason = had_started ? kLostAndRunAgain : kLostBeforeStart;
      break;
    case LostVerdict::kCancelled:
      end.state = v1::STATE_CANCELLED;
      end.reason = kCancelled;
      break;
    case LostVerdict::kTimedOut:
      end.state = v1::STATE_FAILURE;
      end.reason = kTimedOut;
      break;
    case LostVerdict::kError:
      end.reason = had_started && !facts.retry ? kLostAfterStart : kLostTooOften;
      break;
  }
  return end;
}

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
  const auto expired = store_.ExpireWaiting(kBatch, kLongestWait, kLongestWaitForApproval);
  if (!expired.ok()) return kInterval;
  // Held still just now: runners could not renew meanwhile.
  if (clock_.Now() > expected_by_) return kInterval;
  const auto lost = store_.TakeLost(kBatch, kOverdue);
  if (!lost.ok()) return kInterval;
  for (const LostAttempt& attempt : *lost) {
    const absl::Status status = DealWith(attempt);
    if (!status.ok() && Reason(status) != "stale_fence") {
      Log(Severity::kWarning, "cannot conclude a lost attempt yet",
          {{"attempt", attempt.key.Name()}, {"error", status}});
      // The others would have to wait as long for the same.
      if (IsRetryable(status)) break;
    }
  }
  expected_by_ = clock_.Now() + 2 * kInterval;
  return kInterval;
}

absl::Status LeaseSweeper::DealWith(const LostAttempt& lost) {
  KOZMIC_ASSIGN_OR_RETURN(const SealedLog log, seal_(lost.key.LogName()));
  const LostVerdict verdict = VerdictOnLost(lost.facts);
  AttemptEnd end = EndOf(verdict, lost.facts);
  end.log_size = log.size;
  end.log_sha256 = log.sha256;
  Log(Severity::kWarning, "runner lost", {{"attempt", lost.key.Name()}, {"verdict", end.reason}});
  return verdict == LostVerdict::kRequeue ? store_.Requeue(lost.key, end)
                                          : store_.FinishLost(lost.key, end);
}

}  // namespace kozmic::build
