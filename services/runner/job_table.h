#ifndef KOZMIC_SERVICES_RUNNER_JOB_TABLE_H_
#define KOZMIC_SERVICES_RUNNER_JOB_TABLE_H_

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/runner/job.h"

namespace kozmic::runner {

// The jobs at hand, each on a thread of its own, and the slots they take: until their end is
// reported, so that the next job need not wait for the clean-up after the one before. Thread-safe.
class JobTable {
 public:
  explicit JobTable(int slots) : slots_(slots) {}
  // All jobs must have ended.
  ~JobTable();

  // Waits for a free slot, and while more jobs than there are slots are being cleaned up after.
  // False once draining.
  bool WaitForSlot();
  // While the machine is not fit for more jobs, no slot is free. It is at first.
  void SetFit(bool fit);
  bool fit() const;
  // Runs `work` for the lease on its own thread; also when all slots are taken (adopted jobs).
  void Start(const v1::Lease& lease, std::function<void(Job&)> work);

  // No slot is free from now on.
  void Drain();
  bool draining() const;
  // Waits. True, and sooner, once draining.
  bool WaitForDrain(absl::Duration patience);
  // Waits until no job is at hand. False when some were at the deadline.
  bool WaitUntilEmpty(absl::Time deadline);
  // Tells all jobs.
  void StopAll(StopReason reason);

  std::vector<std::shared_ptr<Job>> Jobs() const;
  int slots() const { return slots_; }

 private:
  struct Entry {
    std::shared_ptr<Job> job;
    std::thread thread;
    bool takes_slot = true;
    bool ended = false;
  };
  // Idempotent.
  void FreeSlot(Entry& entry);
  void JoinEnded();

  const int slots_;
  mutable absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool fit_ ABSL_GUARDED_BY(mutex_) = true;
  // Of those that have not ended, how many take a slot and how many do not.
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  int leaving_ ABSL_GUARDED_BY(mutex_) = 0;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_JOB_TABLE_H_
