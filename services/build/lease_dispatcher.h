#ifndef KOZMIC_SERVICES_BUILD_LEASE_DISPATCHER_H_
#define KOZMIC_SERVICES_BUILD_LEASE_DISPATCHER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/worker.h"
#include "services/build/lease_store.h"

namespace kozmic::build {

// Holds the runners that wait for a job, and gives each the next one that it fits. No thread waits
// per runner: one worker serves all, many at once, woken by new jobs and new waiters. Thread-safe.
class LeaseDispatcher {
 public:
  // An answer: a lease, none before the deadline, or why not.
  using Answer = std::function<void(absl::StatusOr<std::optional<GrantedLease>>)>;
  using WaiterId = uint64_t;

  // Neither is owned.
  LeaseDispatcher(LeaseStore& store, const Clock& clock);
  // Answers all who wait with none.
  ~LeaseDispatcher();

  // Answers all who wait, and all who come, with UNAVAILABLE: they shall ask another replica.
  void Drain();

  // `answer` is called exactly once, from another thread, unless Cancel comes first.
  // UNAVAILABLE (through `answer`) when too many wait.
  WaiterId Wait(std::string session, std::string request_id, absl::Time deadline, Answer answer);

  // The waiter has gone. True: its answer will not be called.
  bool Cancel(WaiterId id);

  // Jobs may have come.
  void Wake() { worker_.Wake(); }

 private:
  struct Waiter {
    WaiterId id = 0;
    LeaseRequest request;
    absl::Time deadline;
    Answer answer;
  };
  // By id, which is the order in which they came.
  using Waiters = std::map<WaiterId, Waiter>;

  absl::Duration Step();
  // Takes some that wait, the longest-waiting of a pool first, but none of the pools in `dry`.
  std::vector<Waiter> TakeSome(const std::set<std::string>& dry);
  // It goes on waiting, now known to be of `pool`; is answered instead if it has gone.
  void PutBack(Waiter waiter, const std::string& pool);
  void AnswerAll(const absl::StatusOr<std::optional<GrantedLease>>& answer);
  // Answers those whose deadline has passed; returns how long until the next one's.
  absl::Duration ExpireWaiters();

  LeaseStore& store_;
  const Clock& clock_;
  absl::Mutex mutex_;
  // By what is known of which jobs they fit (LeaseStore::Granted::pool); "" for who just came.
  std::map<std::string, Waiters> pools_ ABSL_GUARDED_BY(mutex_);
  std::map<WaiterId, std::string> pool_of_ ABSL_GUARDED_BY(mutex_);
  WaiterId next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  // Those for whom the worker is asking the store, and those of them that have gone meanwhile.
  std::set<WaiterId> asking_for_ ABSL_GUARDED_BY(mutex_);
  std::set<WaiterId> gone_ ABSL_GUARDED_BY(mutex_);
  Worker worker_;
};

}  // namespace kozmic::build

#endif  // KOZMIC_SERVICES_BUILD_LEASE_DISPATCHER_H_
