#include "services/build/lease_dispatcher.h"

#include <algorithm>
#include <utility>

#include "lib/base/log.h"
#include "lib/status/annotate.h"

namespace kozmic::build {
namespace {

constexpr size_t kMostWaiters = 20000;
// New jobs announce themselves; this only bounds the harm of a lost announcement.
constexpr absl::Duration kLookAnyway = absl::Seconds(5);
constexpr absl::Duration kRetry = absl::Seconds(1);

}  // namespace

LeaseDispatcher::LeaseDispatcher(LeaseStore& store, const Clock& clock)
    : store_(store), clock_(clock), worker_([this] { return Step(); }) {}

LeaseDispatcher::~LeaseDispatcher() {
  worker_.Stop();
  AnswerAll(std::nullopt);
}

void LeaseDispatcher::Drain() {
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
  }
  worker_.Stop();
  AnswerAll(absl::UnavailableError("the server is draining; ask again"));
}

void LeaseDispatcher::AnswerAll(const absl::StatusOr<std::optional<GrantedLease>>& answer) {
  while (std::optional<Waiter> waiter = TakeFirst()) waiter->answer(answer);
}

LeaseDispatcher::WaiterId LeaseDispatcher::Wait(std::string session, std::string request_id,
                                                absl::Time deadline, Answer answer) {
  WaiterId id = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (!draining_ && waiters_.size() < kMostWaiters) {
      id = next_id_++;
      waiters_.push_back(
          {id, std::move(session), std::move(request_id), deadline, std::move(answer)});
    }
  }
  if (id == 0) {
    answer(absl::UnavailableError("no place to wait for a job here now; ask again"));
  } else {
    worker_.Wake();
  }
  return id;
}

bool LeaseDispatcher::Cancel(WaiterId id) {
  absl::MutexLock lock(&mutex_);
  if (id == asking_for_) asker_gone_ = true;
  return waiters_.remove_if([id](const Waiter& waiter) { return waiter.id == id; }) > 0;
}

std::optional<LeaseDispatcher::Waiter> LeaseDispatcher::TakeFirst() {
  absl::MutexLock lock(&mutex_);
  if (waiters_.empty()) return std::nullopt;
  Waiter waiter = std::move(waiters_.front());
  waiters_.pop_front();
  asking_for_ = waiter.id;
  asker_gone_ = false;
  return waiter;
}

void LeaseDispatcher::PutBack(Waiter waiter) {
  {
    absl::MutexLock lock(&mutex_);
    if (!asker_gone_) {
      waiters_.push_front(std::move(waiter));
      return;
    }
  }
  waiter.answer(absl::CancelledError("the runner has gone"));
}

absl::Duration LeaseDispatcher::ExpireWaiters() {
  std::list<Waiter> expired;
  const absl::Time now = clock_.Now();
  absl::Duration next = kLookAnyway;
  {
    absl::MutexLock lock(&mutex_);
    for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
      const auto here = waiter++;
      if (here->deadline <= now) {
        expired.splice(expired.end(), waiters_, here);
      } else {
        next = std::min(next, here->deadline - now);
      }
    }
  }
  for (Waiter& waiter : expired) waiter.answer(std::nullopt);
  return next;
}

absl::Duration LeaseDispatcher::Step() {
  absl::Duration next = ExpireWaiters();
  while (std::optional<Waiter> waiter = TakeFirst()) {
    absl::StatusOr<std::optional<GrantedLease>> lease =
        store_.Grant(waiter->session, waiter->request_id);
    // A waiter that goes while its grant commits is not told of the lease here: the same request
    // gets it again, and if it never comes, the lease runs out.
    if (lease.ok() && !lease->has_value()) {
      PutBack(*std::move(waiter));
      return next;
    }
    if (!lease.ok() && IsRetryable(lease.status())) {
      Log(Severity::kWarning, "cannot grant a job now", {{"error", lease.status()}});
      PutBack(*std::move(waiter));
      return std::min(next, kRetry);
    }
    waiter->answer(std::move(lease));
  }
  return next;
}

}  // namespace kozmic::build
