#ifndef KOZMIC_LIB_BASE_BATCHER_H_
#define KOZMIC_LIB_BASE_BATCHER_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace kozmic {

// Lets threads that want the same done do it together: while one batch is under way, whoever comes
// waits, and the first of them then runs the next batch for all. Alone, a caller pays nothing but
// two locks. Has no thread of its own. Thread-safe.
template <typename Item, typename Result>
class Batcher {
 public:
  // Answers one result for each item, in their order. Called by one thread at a time.
  using RunBatch = std::function<std::vector<Result>(std::vector<Item>)>;

  Batcher(RunBatch run, size_t most) : run_(std::move(run)), most_(most) {}

  // Blocks until the batch with `item` has run. Nobody may still be here when this is destroyed.
  Result Run(Item item) {
    Entry mine(std::move(item));
    {
      absl::MutexLock lock(&mutex_);
      waiting_.push_back(&mine);
      mine.leads = !running_;
      running_ = true;
      mutex_.Await(absl::Condition(
          +[](Entry* entry) { return entry->leads || entry->done; }, &mine));
      if (mine.done) return std::move(mine.result[0]);
    }
    Lead();
    return std::move(mine.result[0]);
  }

 private:
  struct Entry {
    explicit Entry(Item wanted) : item(std::move(wanted)) {}
    Item item;
    // One, when done: Result need not be default-constructible.
    std::vector<Result> result;
    bool leads = false;
    bool done = false;
  };

  // The first that waits is the leader itself.
  void Lead() {
    std::vector<Entry*> batch;
    std::vector<Item> items;
    {
      absl::MutexLock lock(&mutex_);
      while (!waiting_.empty() && batch.size() < most_) {
        batch.push_back(waiting_.front());
        items.push_back(std::move(waiting_.front()->item));
        waiting_.pop_front();
      }
    }
    std::vector<Result> results = run_(std::move(items));
    absl::MutexLock lock(&mutex_);
    for (size_t i = 0; i < batch.size(); ++i) {
      batch[i]->result.push_back(std::move(results[i]));
      batch[i]->done = true;
    }
    running_ = !waiting_.empty();
    if (running_) waiting_.front()->leads = true;
  }

  const RunBatch run_;
  const size_t most_;
  absl::Mutex mutex_;
  std::deque<Entry*> waiting_ ABSL_GUARDED_BY(mutex_);
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_BASE_BATCHER_H_
