#ifndef KOZMIC_LIB_REDIS_SUBSCRIBER_H_
#define KOZMIC_LIB_REDIS_SUBSCRIBER_H_

#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/base/random.h"
#include "lib/redis/address.h"
#include "lib/redis/connection.h"

namespace kozmic {

// An entry of a stream; valid during the call that brings it.
struct RedisEntry {
  std::vector<std::pair<absl::string_view, absl::string_view>> fields;

  // Empty when there is no such field.
  absl::string_view Field(absl::string_view name) const;
};

// Hears the entries that come to one Redis stream from now on, on a connection and thread of its
// own, reconnecting by itself (and going on after the last entry heard). Entries are hints: some
// may be missed around a reconnection, some heard twice.
class RedisSubscriber {
 public:
  struct Options {
    RedisAddress address;
    std::string key;
  };
  // Both run on the subscriber's thread and must be quick.
  struct Callbacks {
    std::function<void(const RedisEntry& entry)> entry;
    // After each connection: entries before now may have been missed.
    std::function<void()> connected;
  };

  // `random` spreads reconnections; not owned.
  RedisSubscriber(Options options, Callbacks callbacks, Random& random);
  // Prompt; no callback runs afterwards.
  ~RedisSubscriber();
  RedisSubscriber(const RedisSubscriber&) = delete;
  RedisSubscriber& operator=(const RedisSubscriber&) = delete;

 private:
  void Run();
  // Hears until the connection breaks or the subscriber stops (CANCELLED); never OK.
  absl::Status Listen(RedisConnection& connection);
  // Finds where to go on from.
  absl::Status FindPosition(RedisConnection& connection);
  void HearEntries(const redisReply& streams);

  const Options options_;
  const Callbacks callbacks_;
  Random& random_;
  StopSignal stop_;
  // Id of the last entry heard, or the last there was before the first connection.
  std::string last_id_;
  std::thread thread_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_REDIS_SUBSCRIBER_H_
