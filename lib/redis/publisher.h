#ifndef KOZMIC_LIB_REDIS_PUBLISHER_H_
#define KOZMIC_LIB_REDIS_PUBLISHER_H_

#include <atomic>
#include <deque>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "lib/base/random.h"
#include "lib/redis/address.h"
#include "lib/redis/connection.h"

namespace kozmic {

using RedisFields = std::vector<std::pair<std::string, std::string>>;

// Adds entries to one Redis stream, from a connection and thread of its own. Entries are hints:
// they are dropped when Redis is away or slow, and may appear twice around a reconnection; order is
// kept. Reconnects by itself. Thread-safe.
class RedisPublisher {
 public:
  struct Options {
    RedisAddress address;
    // Name of the stream.
    std::string key;
    // Redis keeps about so many entries.
    int64_t keep_entries = 512;
    // Bytes of field values that may wait for Redis.
    size_t queue_bytes = 4 << 20;
  };

  // `random` spreads reconnections; not owned.
  RedisPublisher(Options options, Random& random);
  // Prompt; what still waits is dropped.
  ~RedisPublisher();
  RedisPublisher(const RedisPublisher&) = delete;
  RedisPublisher& operator=(const RedisPublisher&) = delete;

  // Returns at once; false when the entry is dropped.
  bool Publish(RedisFields fields);

  // Removes what the stream has, after what was published here before. A hint too: dropped when
  // Redis is away. Returns at once.
  void Clear();

 private:
  struct Entry {
    // Empty: clears the stream.
    RedisFields fields;
    size_t bytes = 0;
  };

  void Run();
  // Publishes until the connection breaks (its status) or the publisher stops (OK).
  absl::Status Serve(RedisConnection& connection);
  bool SetAway(bool away);

  const Options options_;
  Random& random_;
  StopSignal stop_;

  absl::Mutex mutex_;
  std::deque<Entry> queue_ ABSL_GUARDED_BY(mutex_);
  size_t queued_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  // A connection could not be made: entries are not taken until one can.
  bool away_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  // Of the owner thread: sent, but not answered yet.
  std::deque<Entry> sent_;
  std::thread thread_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_REDIS_PUBLISHER_H_
