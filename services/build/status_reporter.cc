#include "services/build/status_reporter.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "lib/trace/span.h"

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

absl::Duration StatusReporter::Step(const std::function<void()>& claimed) {
  if (!NoteTheRest().ok()) return kFirstRetry;
  const auto wishes = outbox_.Claim(kBatch, kClaim);
  if (!wishes.ok()) return kFirstRetry;
  if (wishes->empty()) {
    const auto until = outbox_.UntilNextDue();
    return std::min(until.value_or(kFirstRetry), kLookAnyway);
  }
  claimed();
  for (const StatusWish& wish : *wishes) {
    if (!Report(wish).ok()) return kFirstRetry;
  }
  return absl::ZeroDuration();
}

absl::Status StatusReporter::Report(const StatusWish& wish) {
  Span span(RootOf(wish.trace_id), "tell GitHub");
  span.Set("kozmic.commit", wish.commit);
  const absl::Status posted = post_(wish);
  span.SetStatus(posted);
  if (posted.ok()) {
    Log(Severity::kInfo, "status reported",
        {{"project", wish.project}, {"commit", wish.commit}, {"description", wish.description}});
    return Note({wish, "", {}});
  }
  Log(Severity::kWarning, "status not reported",
      {{"project", wish.project},
       {"commit", wish.commit},
       {"description", wish.description},
       {"failures", wish.failures + 1},
       {"error", posted}});
  // It may still arrive: nothing newer is posted before the claim is over.
  if (absl::IsDeadlineExceeded(posted)) return absl::OkStatus();
  if (Reason(posted) == "not_reportable") return Note({wish, std::string(posted.message()), {}});
  const absl::Duration wait =
      std::max(NamedByGithub(posted), Backoff(wish.failures + 1, kFirstRetry, kLastRetry, random_));
  return Note({wish, std::string(posted.message()), wait});
}

absl::Status StatusReporter::Note(Result result) {
  absl::Status noted = result.wait.has_value()
                           ? outbox_.Failed(result.wish, result.error, *result.wait)
                           : outbox_.Done(result.wish, result.error);
  if (noted.ok()) return noted;
  absl::MutexLock lock(&mutex_);
  unnoted_.push_back(std::move(result));
  return noted;
}

absl::Status StatusReporter::NoteTheRest() {
  while (true) {
    Result result;
    {
      absl::MutexLock lock(&mutex_);
      if (unnoted_.empty()) return absl::OkStatus();
      result = std::move(unnoted_.front());
      unnoted_.pop_front();
    }
    KOZMIC_RETURN_IF_ERROR(Note(std::move(result)));
  }
}

StatusReporters::StatusReporters(StatusReporter& reporter, size_t threads) : workers_(threads) {
  // From the last: whom a thread wakes is there before the thread is.
  for (size_t i = threads; i-- > 0;) {
    workers_[i] = std::make_unique<Worker>([this, &reporter, i] {
      return reporter.Step([this, i] {
        if (i + 1 < workers_.size()) workers_[i + 1]->Wake();
      });
    });
  }
}

StatusReporters::~StatusReporters() {
  // From the first: whom it may still wake is there until it has ended.
  for (auto& worker : workers_) worker.reset();
}

void StatusReporters::Wake() { workers_.front()->Wake(); }

}  // namespace kozmic::build
