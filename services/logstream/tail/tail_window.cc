#include "services/logstream/tail/tail_window.h"

#include <algorithm>
#include <utility>

#include "services/logstream/offsets.h"

namespace kozmic {

void TailWindow::Offer(int64_t offset, absl::string_view bytes) {
  if (offset >= end_) return;
  bytes = bytes.substr(0, static_cast<size_t>(std::min<int64_t>(end_ - offset, bytes.size())));
  const ChunkFit fit = FitChunk(live_.empty() ? next_ : live_end(), offset, bytes.size());
  if (fit.overlap == bytes.size()) return;
  bytes.remove_prefix(fit.overlap);
  offset += static_cast<int64_t>(fit.overlap);
  if (live_.empty() || fit.gap > 0) {
    // What lay before a gap is in the store soon, the newest bytes only here.
    live_.clear();
    live_begin_ = offset;
  }
  if (bytes.size() > capacity_) {
    const size_t cut = bytes.size() - capacity_;
    live_.clear();
    live_begin_ = offset + static_cast<int64_t>(cut);
    bytes.remove_prefix(cut);
  }
  if (live_.size() + bytes.size() > capacity_) DropFront(live_.size() + bytes.size() - capacity_);
  live_.append(bytes.data(), bytes.size());
}

void TailWindow::BeginAt(int64_t offset) {
  next_ = offset;
  if (live_.empty() || live_begin_ >= offset) return;
  DropFront(std::min(live_.size(), static_cast<size_t>(offset - live_begin_)));
}

void TailWindow::Stored(int64_t size) { stored_ = std::max(stored_, size); }

void TailWindow::EndAt(int64_t size) {
  stored_ = size;
  end_ = size;
  if (live_end() <= size) return;
  live_.resize(static_cast<size_t>(std::max<int64_t>(0, size - live_begin_)));
}

TailWindow::Source TailWindow::Next() const {
  if (!live_.empty() && live_begin_ == next_) return Source::kLive;
  return next_ < stored_ ? Source::kStore : Source::kNone;
}

std::string TailWindow::Take(size_t most) {
  std::string taken = live_.substr(0, most);
  DropFront(taken.size());
  next_ += static_cast<int64_t>(taken.size());
  return taken;
}

std::string TailWindow::TakeStored(int64_t offset, std::string bytes) {
  const ChunkFit fit = FitChunk(next_, offset, bytes.size());
  if (fit.gap > 0) return "";
  bytes.erase(0, fit.overlap);
  bytes.resize(std::min<size_t>(bytes.size(), std::max<int64_t>(0, end_ - next_)));
  next_ += static_cast<int64_t>(bytes.size());
  if (!live_.empty() && live_begin_ < next_) {
    DropFront(std::min(live_.size(), static_cast<size_t>(next_ - live_begin_)));
  }
  return bytes;
}

void TailWindow::DropFront(size_t size) {
  live_.erase(0, size);
  live_begin_ += static_cast<int64_t>(size);
}

}  // namespace kozmic
