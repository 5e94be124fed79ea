#include "services/logstream/tail/tail_hub.h"

#include <algorithm>
#include <utility>

namespace kozmic {

void TailHub::Follow(const std::string& log, std::shared_ptr<Follower> follower) {
  bool first = false;
  {
    absl::MutexLock lock(&mutex_);
    first = followers_.empty();
    followers_[log].push_back(std::move(follower));
  }
  if (first) first_follower_();
}

void TailHub::Unfollow(const std::string& log, const Follower* follower) {
  // The last reference may go here; not under the lock.
  std::shared_ptr<Follower> gone;
  absl::MutexLock lock(&mutex_);
  const auto found = followers_.find(log);
  if (found == followers_.end()) return;
  Followers& of_log = found->second;
  const auto at = std::find_if(of_log.begin(), of_log.end(),
                               [&](const auto& each) { return each.get() == follower; });
  if (at == of_log.end()) return;
  gone = std::move(*at);
  of_log.erase(at);
  if (of_log.empty()) followers_.erase(found);
}

void TailHub::Live(const std::string& log, int64_t offset, absl::string_view bytes) const {
  for (const auto& follower : Of(log)) follower->OnLive(offset, bytes);
}

void TailHub::Stored(const LogInfo& info) const {
  for (const auto& follower : Of(info.name)) follower->OnStored(info);
}

std::vector<std::string> TailHub::Followed() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> names;
  names.reserve(followers_.size());
  for (const auto& [name, followers] : followers_) names.push_back(name);
  return names;
}

TailHub::Followers TailHub::Of(const std::string& log) const {
  absl::MutexLock lock(&mutex_);
  const auto found = followers_.find(log);
  return found == followers_.end() ? Followers() : found->second;
}

}  // namespace kozmic
