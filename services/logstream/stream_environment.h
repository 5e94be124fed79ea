#ifndef KOZMIC_SERVICES_LOGSTREAM_STREAM_ENVIRONMENT_H_
#define KOZMIC_SERVICES_LOGSTREAM_STREAM_ENVIRONMENT_H_

#include <cstdint>

#include "lib/base/executor.h"
#include "services/logstream/access.h"
#include "services/logstream/open_streams.h"
#include "services/logstream/store/log_store.h"
#include "services/logstream/tail/live_feed.h"
#include "services/logstream/tail/tail_hub.h"

namespace kozmic {

// What the streams of this service work with. Outlives them all.
struct StreamEnvironment {
  LogStore& store;
  TailHub& hub;
  LiveFeed& feed;
  OpenStreams& appends;
  OpenStreams& tails;
  const LogAccess& access;
  // Where calls to the store run; never on gRPC's threads.
  Executor& executor;
  const int64_t max_log_size;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_STREAM_ENVIRONMENT_H_
