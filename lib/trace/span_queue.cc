#include "lib/trace/span_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kozmic {

SpanQueue& SpanQueue::Global() {
  static auto* queue = new SpanQueue();
  return *queue;
}

void SpanQueue::Open(std::function<void()> wake) {
  absl::MutexLock lock(&mutex_);
  open_ = wake != nullptr;
  wake_ = std::move(wake);
  if (!open_) spans_.clear();
}

void SpanQueue::Add(SpanRecord span) {
  if (!open()) return;
  absl::MutexLock lock(&mutex_);
  if (wake_ == nullptr) return;
  if (spans_.size() >= kMost) {
    ++lost_;
    return;
  }
  spans_.push_back(std::move(span));
  if (spans_.size() == kMany) wake_();
}

std::vector<SpanRecord> SpanQueue::Take(size_t most) {
  absl::MutexLock lock(&mutex_);
  const auto end = spans_.begin() + static_cast<ptrdiff_t>(std::min(most, spans_.size()));
  std::vector<SpanRecord> taken(std::make_move_iterator(spans_.begin()),
                                std::make_move_iterator(end));
  spans_.erase(spans_.begin(), end);
  return taken;
}

uint64_t SpanQueue::TakeLost() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(lost_, 0);
}

}  // namespace kozmic
