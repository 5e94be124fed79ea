#ifndef KOZMIC_GATEWAY_LOG_FOLLOWERS_H_
#define KOZMIC_GATEWAY_LOG_FOLLOWERS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "gateway/backends.h"
#include "grpcpp/grpcpp.h"
#include "lib/base/random.h"
#include "lib/http/admission.h"
#include "lib/http/exchange.h"

namespace kozmic::gateway {

// Readers of raw logs who want what comes as it comes (`curl -N`). Each has a thread and a call of
// its own, as each takes the bytes at its own pace, whatever the log's size; browsers, which may be
// many, use SseHub instead. Thread-safe.
class LogFollowers {
 public:
  static constexpr size_t kMostFollowers = 64;
  static constexpr size_t kMostFollowersOfOne = 8;

  // Neither is owned.
  LogFollowers(const Backends& backends, Random& random) : backends_(backends), random_(random) {}
  // Stops.
  ~LogFollowers() { Stop(); }
  LogFollowers(const LogFollowers&) = delete;
  LogFollowers& operator=(const LogFollowers&) = delete;

  // A place for one more, counted by `who`; empty when there is none. Take it before the answer's
  // head is sent.
  http::Admission::Place Reserve(const std::string& who) { return admission_.Enter(who); }
  // Writes the log from `offset` on in the chunked coding, as it grows; the last chunk comes when
  // the log is sealed, and only then: an answer that is cut short has none. `companion` is kept for
  // as long as that takes.
  void Follow(http::DetachedSocket socket, http::Admission::Place place, uint64_t viewer,
              std::string log, int64_t offset, std::shared_ptr<const void> companion);
  // Closes one; nothing happens when there is no such viewer (any more).
  void Close(uint64_t viewer);
  // Closes all, and joins. Idempotent.
  void Stop();

 private:
  struct Follower {
    http::DetachedSocket socket;
    http::Admission::Place place;
    std::string log;
    int64_t offset = 0;
    std::shared_ptr<const void> companion;
    // Guarded by the owner's mutex_.
    bool closed = false;
    grpc::ClientContext* context = nullptr;
    std::thread thread;
  };
  enum class Ended { kWhole, kCut, kBroken };

  void Run(Follower& follower);
  // One call, which ends after a while so that it is seen when the reader has gone.
  Ended Tail(Follower& follower);
  // False when the follower is closed.
  bool Enter(Follower& follower, grpc::ClientContext* context);
  void CloseLocked(Follower& follower) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Joins those that have ended.
  void Reap();

  const Backends& backends_;
  Random& random_;
  http::Admission admission_{kMostFollowers, kMostFollowersOfOne};
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<uint64_t, std::unique_ptr<Follower>> followers_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Follower>> ended_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_LOG_FOLLOWERS_H_
