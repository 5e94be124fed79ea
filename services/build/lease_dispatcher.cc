#include "services/build/lease_dispatcher.h"

#include <algorithm>
#include <utility>

#include "lib/base/log.h"
#include "lib/status/annotate.h"

namespace kozmic::build {
namespace {

constexpr size_t kMostWaiters = 20000;
// Asked for together: one transaction grants to all of them.
constexpr size_t kBatch = 64;
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
  while (true) {
    std::vector<Waiter> waiters = TakeSome({});
    if (waiters.empty()) return;
    for (Waiter& waiter : waiters) waiter.answer(answer);
  }
}

LeaseDispatcher::WaiterId LeaseDispatcher::Wait(std::string session, std::string request_id,
                                                absl::Time deadline, Answer answer) {
  WaiterId id = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (!draining_ && pool_of_.size() < kMostWaiters) {
      id = next_id_++;
      pools_[""][id] = {
          id, {std::move(session), std::move(request_id)}, deadline, std::move(answer)};
      pool_of_[id] = "";
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
  if (asking_for_.count(id) > 0) gone_.insert(id);
  const auto pool = pool_of_.find(id);
  if (pool == pool_of_.end()) return false;
  Waiters& waiters = pools_.at(pool->second);
  waiters.erase(id);
  if (waiters.empty()) pools_.erase(pool->second);
  pool_of_.erase(pool);
  return true;
}

std::vector<LeaseDispatcher::Waiter> LeaseDispatcher::TakeSome(const std::set<std::string>& dry) {
  std::vector<Waiter> taken;
  absl::MutexLock lock(&mutex_);
  asking_for_.clear();
  gone_.clear();
  for (auto pool = pools_.begin(); pool != pools_.end() && taken.size() < kBatch;) {
    const auto here = pool++;
    if (dry.count(here->first) > 0) continue;
    Waiters& waiters = here->second;
    while (!waiters.empty() && taken.size() < kBatch) {
      taken.push_back(std::move(waiters.begin()->second));
      waiters.erase(waiters.begin());
    }
    if (waiters.empty()) pools_.erase(here);
  }
  for (const Waiter& waiter : taken) {
    pool_of_.erase(waiter.id);
    asking_for_.insert(waiter.id);
  }
  return taken;
}

void LeaseDispatcher::PutBack(Waiter waiter, const std::string& pool) {
  {
    absl::MutexLock lock(&mutex_);
    if (gone_.count(waiter.id) == 0) {
      const WaiterId id = waiter.id;
      pool_of_[id] = pool;
      pools_[pool][id] = std::move(waiter);
      return;
    }
  }
  waiter.answer(absl::CancelledError("the runner has gone"));
}

absl::Duration LeaseDispatcher::ExpireWaiters() {
  std::vector<Waiter> expired;
  const absl::Time now = clock_.Now();
  absl::Duration next = kLookAnyway;
  {
    absl::MutexLock lock(&mutex_);
    for (auto& [name, waiters] : pools_) {
      for (auto waiter = waiters.begin(); waiter != waiters.end();) {
        const auto here = waiter++;
        if (here->second.deadline > now) {
          next = std::min(next, here->second.deadline - now);
          continue;
        }
        pool_of_.erase(here->first);
        expired.push_back(std::move(here->second));
        waiters.erase(here);
      }
    }
    std::erase_if(pools_, [](const auto& pool) { return pool.second.empty(); });
  }
  for (Waiter& waiter : expired) waiter.answer(std::nullopt);
  return next;
}

absl::Duration LeaseDispatcher::Step() {
  const absl::Duration next = ExpireWaiters();
  // Pools for which there is no job now: who is of them need not be asked for.
  std::set<std::string> dry;
  while (true) {
    std::vector<Waiter> waiters = TakeSome(dry);
    if (waiters.empty()) return next;
    std::vector<LeaseRequest> requests;
    requests.reserve(waiters.size());
    for (const Waiter& waiter : waiters) requests.push_back(waiter.request);
    absl::StatusOr<std::vector<LeaseStore::Granted>> granted = store_.Grant(requests);
    if (!granted.ok()) {
      const bool again = IsRetryable(granted.status());
      Log(Severity::kWarning, "cannot grant jobs now", {{"error", granted.status()}});
      for (Waiter& waiter : waiters) {
        if (again) {
          PutBack(std::move(waiter), "");
        } else {
          waiter.answer(granted.status());
        }
      }
      if (again) return std::min(next, kRetry);
      continue;
    }
    for (size_t i = 0; i < waiters.size(); ++i) {
      LeaseStore::Granted& grant = (*granted)[i];
      if (grant.lease.ok() && !grant.lease->has_value()) {
        dry.insert(grant.pool);
        PutBack(std::move(waiters[i]), grant.pool);
      } else {
        // A waiter that goes while its grant commits is not told of the lease here: the same
        // request gets it again, and if it never comes, the lease runs out.
        waiters[i].answer(std::move(grant.lease));
      }
    }
  }
}

}  // namespace kozmic::build
