#ifndef KOZMIC_SERVICES_LOGSTREAM_LIVE_FEED_H_
#define KOZMIC_SERVICES_LOGSTREAM_LIVE_FEED_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/random.h"
#include "lib/redis/address.h"
#include "lib/redis/publisher.h"
#include "lib/redis/subscriber.h"
#include "services/logstream/store/log_store.h"
#include "services/logstream/tail/tail_hub.h"

namespace kozmic {

// News of logs among all replicas of this service, by way of one Redis stream; the followers in
// this process hear their own replica's news directly, also without Redis. Everything here is a
// hint: what is lost is found in the store. Thread-safe; nothing blocks.
//
// An entry has `log`; `offset` and `bytes` when there are live bytes; `size`, what the store has;
// of a sealed log, `sha256`.
class LiveFeed {
 public:
  // `connected` runs on each connection to Redis: entries may have been missed. Not owned: hub,
  // random.
  LiveFeed(const RedisAddress& redis, TailHub& hub, std::function<void()> connected,
           Random& random);

  // Bytes were taken from a writer and are about to be committed; `committed` are already.
  // `broadcast`: the other replicas should have them now.
  void Live(const std::string& log, int64_t offset, absl::string_view bytes, int64_t committed,
            bool broadcast);
  // Something was committed; `broadcast`: the other replicas should hear of it.
  void Stored(const LogInfo& info, bool broadcast);
  // Takes everything that Redis still has of any log out of it, because some must not stay.
  void Clear();

 private:
  void Hear(const RedisEntry& entry);

  TailHub& hub_;
  RedisPublisher publisher_;
  RedisSubscriber subscriber_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_LIVE_FEED_H_
