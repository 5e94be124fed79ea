#include "services/logstream/store/digest_book.h"

#include <utility>

namespace kozmic {

void DigestBook::Add(const std::string& log, int64_t offset, absl::string_view bytes) {
  // Hashing takes a while: the entry is taken out meanwhile.
  PrefixDigest digest = Take(log);
  digest.Add(offset, bytes);
  // Of a log whose beginning went elsewhere there is nothing to be known.
  if (digest.size() == 0) return;
  absl::MutexLock lock(&mutex_);
  entries_.emplace_front(log, std::move(digest));
  by_log_[log] = entries_.begin();
  if (entries_.size() <= kMostLogs) return;
  by_log_.erase(entries_.back().first);
  entries_.pop_back();
}

PrefixDigest DigestBook::Take(const std::string& log) {
  absl::MutexLock lock(&mutex_);
  const auto found = by_log_.find(log);
  if (found == by_log_.end()) return {};
  PrefixDigest digest = std::move(found->second->second);
  entries_.erase(found->second);
  by_log_.erase(found);
  return digest;
}

}  // namespace kozmic
