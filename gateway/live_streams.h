#ifndef KOZMIC_GATEWAY_LIVE_STREAMS_H_
#define KOZMIC_GATEWAY_LIVE_STREAMS_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "gateway/backends.h"
#include "gateway/log_feed.h"
#include "gateway/log_followers.h"
#include "gateway/project_feed.h"
#include "gateway/stream_guard.h"
#include "gateway/timer.h"
#include "gateway/upstream.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/http/admission.h"
#include "lib/http/exchange.h"
#include "lib/http/sse_hub.h"
#include "lib/rpc/caller.h"

namespace kozmic::gateway {

struct LiveStreamsOptions {
  http::SseHubOptions hub;
  StreamGuardOptions guard;
};

// The hub of the browsers' live streams with its feeds and its guard, as one. Thread-safe.
class LiveStreams {
 public:
  // Nothing is owned.
  LiveStreams(const Backends& backends, const Authenticator& authenticator, const Clock& clock,
              Random& random, const LiveStreamsOptions& options);
  // Stops.
  ~LiveStreams();

  // A place for one more stream; empty when there is none. Take it before the answer's head is
  // sent.
  http::SseHub::Seat Reserve(const std::string& client_ip) { return hub_.Reserve(client_ip); }
  // Takes over a stream that `bearer` was just found to be allowed, of these projects.
  void Attach(http::DetachedSocket socket, http::SseHub::Seat seat,
              std::vector<http::SseHub::Subscription> subscriptions, const std::string& bearer,
              std::set<int64_t> projects);
  // A place for one more reader of a raw log; empty when there is none. Take it before the answer's
  // head is sent.
  struct FollowerSeat {
    http::SseHub::Seat stream;
    http::Admission::Place follower;
    explicit operator bool() const { return stream && follower; }
  };
  FollowerSeat ReserveFollower(const std::string& bearer, const std::string& client_ip) {
    return {hub_.Reserve(client_ip), followers_.Reserve(bearer)};
  }
  // Takes over a connection on which a log of the project, which `bearer` was just found to be
  // allowed, is to be written in the chunked coding as it grows.
  void Follow(http::DetachedSocket socket, FollowerSeat seat, const std::string& log,
              int64_t offset, const std::string& bearer, int64_t project);
  // Closes every stream and every call behind them. Idempotent.
  void Stop();

 private:
  http::Admission upstreams_{0, 0};
  Timer timer_;
  const UpstreamEnvironment environment_;
  StreamGuard guard_;
  // After the guard, which its streams refer to for as long as they live.
  http::SseHub hub_;
  LogFollowers followers_;
  LogFeed logs_;
  ProjectFeed projects_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_LIVE_STREAMS_H_
