#ifndef KOZMIC_GATEWAY_LIVE_STREAMS_H_
#define KOZMIC_GATEWAY_LIVE_STREAMS_H_

#include <memory>

#include "gateway/backends.h"
#include "gateway/log_feed.h"
#include "gateway/project_feed.h"
#include "gateway/timer.h"
#include "gateway/upstream.h"
#include "lib/base/random.h"
#include "lib/http/admission.h"
#include "lib/http/sse_hub.h"

namespace kozmic::gateway {

// The hub of the browsers' live streams with its feeds, as one.
class LiveStreams {
 public:
  // Neither `backends` nor `random` is owned.
  LiveStreams(const Backends& backends, Random& random, const http::SseHubOptions& options);
  // Stops.
  ~LiveStreams();

  http::SseHub& hub() { return hub_; }
  // Closes every stream and every call behind them. Idempotent.
  void Stop();

 private:
  http::Admission upstreams_{0, 0};
  Timer timer_;
  const UpstreamEnvironment environment_;
  http::SseHub hub_;
  LogFeed logs_;
  ProjectFeed projects_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_LIVE_STREAMS_H_
