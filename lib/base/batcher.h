#ifndef KOZMIC_LIB_BASE_BATCHER_H_
#define KOZMIC_LIB_BASE_BATCHER_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace kozmic {

// Lets threads that want the same done do it together: while a batch is under way, whoever comes
// waits, and the first of them then runs the next batch for all. Alone, a caller pays nothing but
// two locks. Has no thread of its own. Thread-safe.
template <typename Item, typename Result>
class Batcher {
 public:
  // Answers one result for each item, in their order. Called by `at_once` threads at a time, and by
  // those that have lost their patience.
  using RunBatch = std::function<std::vector<Result>(std::vector<Item>)>;

  struct Options {
    // Items of one batch.
    size_t most = 1;
    // Batches under way at a time.
    size_t at_once = 1;
    // Who has waited so long for batches of others to end begins one beside them: should one hang,
    // it does not hold up everybody.
    absl::Duration patience = absl::InfiniteDuration();
  };

  Batcher(RunBatch run, Options options) : run_(std::move(run)), options_(options) {}

  // Blocks until the batch with `item` has run. Nobody may still be here when this is destroyed.
  Result Run(Item item) {
    Entry mine(std::move(item));
    const absl::Time patient_until = PatientUntil();
    absl::MutexLock lock(&mutex_);
    waiting_.push_back(&mine);
    Appoint();
    while (mine.result.empty()) {
      if (mine.leads) {
        Lead(mine);
      } else if (mine.is_taken) {
        mine.changed.Wait(&mutex_);
      } else if (mine.changed.WaitWithDeadline(&mutex_, patient_until) && !mine.is_taken &&
                 !mine.leads) {
        MakeLeader(mine);
      }
    }
    return std::move(mine.result[0]);
  }

 private:
  struct Entry {
    explicit Entry(Item wanted) : item(std::move(wanted)) {}
    Item item;
    // One, when done: Result need not be default-constructible.
    std::vector<Result> result;
    // Is to begin the next batch.
    bool leads = false;
    // Is in a batch that has begun.
    bool is_taken = false;
    absl::CondVar changed;
  };

  absl::Time PatientUntil() const {
    const bool is_endless = options_.patience == absl::InfiniteDuration();
    return is_endless ? absl::InfiniteFuture() : absl::Now() + options_.patience;
  }

  void MakeLeader(Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    entry.leads = true;
    ++running_;
  }

  // Lets the first that waits begin a batch, if one more may be under way.
  void Appoint() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (running_ >= options_.at_once || waiting_.empty() || waiting_.front()->leads) return;
    MakeLeader(*waiting_.front());
    waiting_.front()->changed.Signal();
  }

  // Runs a batch of those that have waited longest; of them is `leader`, unless very many came
  // before it.
  void Lead(Entry& leader) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    leader.leads = false;
    std::vector<Entry*> batch;
    std::vector<Item> items;
    while (!waiting_.empty() && batch.size() < options_.most) {
      Entry& entry = *waiting_.front();
      waiting_.pop_front();
      // It was to begin a batch of its own.
      if (std::exchange(entry.leads, false)) --running_;
      entry.is_taken = true;
      items.push_back(std::move(entry.item));
      batch.push_back(&entry);
    }
    Appoint();
    mutex_.Unlock();
    std::vector<Result> results = run_(std::move(items));
    mutex_.Lock();
    for (size_t i = 0; i < batch.size(); ++i) {
      batch[i]->result.push_back(std::move(results[i]));
      batch[i]->changed.Signal();
    }
    --running_;
    Appoint();
  }

  const RunBatch run_;
  const Options options_;
  absl::Mutex mutex_;
  std::deque<Entry*> waiting_ ABSL_GUARDED_BY(mutex_);
  // Batches that are under way or have a leader.
  size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_BASE_BATCHER_H_
