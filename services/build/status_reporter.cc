#include "services/build/status_reporter.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"

namespace kozmic::build {
namespace {

// One at a time: a post takes long against the claim when GitHub is slow.
constexpr int kBatch = 1;
constexpr absl::Duration kFirstRetry = absl::Seconds(1);
// The final status is at GitHub within a minute after it recovers.
constexpr absl::Duration kLastRetry = absl::Seconds(50);
constexpr absl::Duration kLookAnyway = absl::Seconds(30);

absl::Duration NamedByGithub(const absl::Status& status) {
  int64_t seconds = 0;
  if (!absl::SimpleAtoi(Detail(status, "retry-after-seconds"), &seconds)) {
    return absl::ZeroDuration();
  }
  return absl::Seconds(std::clamp<int64_t>(seconds, 0, 7200));
}

}  // namespace

StatusReporter::StatusReporter(StatusOutbox& outbox, Post post, Random& random)
    : outbox_(outbox), post_(std::move(post)), random_(random) {}

absl::Duration StatusReporter::Step() {
  while (true) {
    const auto wishes = outbox_.Claim(kBatch, kClaim);
    if (!wishes.ok()) return kFirstRetry;
    if (wishes->empty()) break;
    for (const StatusWish& wish : *wishes) {
      if (!Report(wish).ok()) return kFirstRetry;
    }
  }
  const auto until = outbox_.UntilNextDue();
  return std::min(until.value_or(kFirstRetry), kLookAnyway);
}

absl::Status StatusReporter::Report(const StatusWish& wish) {
  const absl::Status posted = post_(wish);
  if (posted.ok()) return outbox_.Done(wish, "");
  Log(Severity::kWarning, "status not reported",
      {{"project", wish.project},
       {"commit", wish.commit},
       {"description", wish.description},
       {"failures", wish.failures + 1},
       {"error", posted}});
  // It may still arrive: nothing newer is posted before the claim is over.
  if (absl::IsDeadlineExceeded(posted)) return absl::OkStatus();
  if (Reason(posted) == "not_reportable") return outbox_.Done(wish, posted.message());
  const absl::Duration wait =
      std::max(NamedByGithub(posted), Backoff(wish.failures + 1, kFirstRetry, kLastRetry, random_));
  return outbox_.Failed(wish, posted.message(), wait);
}

}  // namespace kozmic::build
