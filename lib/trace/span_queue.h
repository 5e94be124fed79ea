#ifndef KOZMIC_LIB_TRACE_SPAN_QUEUE_H_
#define KOZMIC_LIB_TRACE_SPAN_QUEUE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "lib/trace/span.h"

namespace kozmic {

// Spans between those that make them and the one that exports them. Bounded: what finds it full is
// lost, and counted. Thread-safe.
class SpanQueue {
 public:
  static constexpr size_t kMost = 8192;
  // Worth a call.
  static constexpr size_t kMany = 512;

  // This process's; it is never destroyed.
  static SpanQueue& Global();

  // `wake` is called when there are many; null: nobody takes any, and none are kept.
  void Open(std::function<void()> wake);
  bool open() const { return open_.load(std::memory_order_relaxed); }

  void Add(SpanRecord span);
  // At most `most`, the oldest.
  std::vector<SpanRecord> Take(size_t most);
  // How many found it full since the last call.
  uint64_t TakeLost();

 private:
  std::atomic<bool> open_ = false;
  absl::Mutex mutex_;
  std::function<void()> wake_ ABSL_GUARDED_BY(mutex_);
  std::vector<SpanRecord> spans_ ABSL_GUARDED_BY(mutex_);
  uint64_t lost_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_TRACE_SPAN_QUEUE_H_
