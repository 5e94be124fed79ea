#ifndef KOZMIC_SERVICES_LOGSTREAM_TAIL_HUB_H_
#define KOZMIC_SERVICES_LOGSTREAM_TAIL_HUB_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "services/logstream/store/log_store.h"

namespace kozmic {

// Someone who follows a log. Called from any thread, with no lock of the hub held; must be quick,
// and must bear hints that come twice, late, or after Unfollow().
class Follower {
 public:
  virtual ~Follower() = default;
  // Bytes that the log has, or will have when they are committed.
  virtual void OnLive(int64_t offset, absl::string_view bytes) = 0;
  // What the store has, or that the log is removed.
  virtual void OnStored(const LogInfo& info) = 0;
};

// Brings what becomes known of logs to the followers that this process has. Thread-safe.
class TailHub {
 public:
  // `first_follower` runs when there was no follower and now is one.
  explicit TailHub(std::function<void()> first_follower)
      : first_follower_(std::move(first_follower)) {}

  void Follow(const std::string& log, std::shared_ptr<Follower> follower);
  void Unfollow(const std::string& log, const Follower* follower);

  void Live(const std::string& log, int64_t offset, absl::string_view bytes) const;
  void Stored(const LogInfo& info) const;

  // The logs that have followers.
  std::vector<std::string> Followed() const;

 private:
  using Followers = std::vector<std::shared_ptr<Follower>>;

  Followers Of(const std::string& log) const;

  const std::function<void()> first_follower_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Followers> followers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_TAIL_HUB_H_
