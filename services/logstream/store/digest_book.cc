#include "services/logstream/store/digest_book.h"

#include <utility>

namespace kozmic {

void DigestBook::Add(const std::string& log, int64_t offset, absl::string_view bytes) {
  PrefixDigest digest;
  {
    absl::MutexLock lock(&mutex_);
    AwaitNotHashed(log);
    digest = TakeEntry(log);
    hashed_.insert(log);
  }
  // Takes a while, in which others use the book.
  digest.Add(offset, bytes);
  absl::MutexLock lock(&mutex_);
  hashed_.erase(log);
  // Of a log whose beginning went elsewhere there is nothing to be known.
  if (digest.size() == 0) return;
  entries_.emplace_front(log, std::move(digest));
  by_log_[log] = entries_.begin();
  if (entries_.size() <= kMostLogs) return;
  by_log_.erase(entries_.back().first);
  entries_.pop_back();
}

PrefixDigest DigestBook::Take(const std::string& log) {
  absl::MutexLock lock(&mutex_);
  AwaitNotHashed(log);
  return TakeEntry(log);
}

void DigestBook::AwaitNotHashed(const std::string& log) {
  const auto is_not_hashed = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return hashed_.count(log) == 0;
  };
  mutex_.Await(absl::Condition(&is_not_hashed));
}

PrefixDigest DigestBook::TakeEntry(const std::string& log) {
  const auto found = by_log_.find(log);
  if (found == by_log_.end()) return {};
  PrefixDigest digest = std::move(found->second->second);
  entries_.erase(found->second);
  by_log_.erase(found);
  return digest;
}

}  // namespace kozmic
