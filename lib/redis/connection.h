#ifndef KOZMIC_LIB_REDIS_CONNECTION_H_
#define KOZMIC_LIB_REDIS_CONNECTION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "hiredis/hiredis.h"
#include "lib/redis/address.h"

namespace kozmic {

struct RedisReplyDeleter {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using RedisReply = std::unique_ptr<redisReply, RedisReplyDeleter>;

// Wakes a thread that waits for Redis. Once signalled it stays so. Thread-safe.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  void Signal();
  // True when signalled; false after `timeout`.
  bool WaitFor(absl::Duration timeout) const;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

// One connection to Redis, of one thread. After an error it is of no use any more. What it writes
// may raise SIGPIPE: its thread must have blocked or ignored that signal.
class RedisConnection {
 public:
  // Connects, authenticates, chooses the database; each step within `timeout`. UNAVAILABLE when
  // Redis cannot be reached or does not let us in. `stop` is not owned.
  static absl::StatusOr<std::unique_ptr<RedisConnection>> Open(const RedisAddress& address,
                                                               absl::Duration timeout,
                                                               const StopSignal& stop);

  // Adds a command to those that the next Read() sends.
  void Append(const std::vector<absl::string_view>& command);
  // Sends what was appended, and waits for the next reply. UNAVAILABLE when the connection breaks
  // or `timeout` passes; CANCELLED when stopped; INTERNAL for an error that Redis answers (then,
  // alone, the connection stays usable).
  absl::StatusOr<RedisReply> Read(absl::Duration timeout);

 private:
  struct ContextDeleter {
    void operator()(redisContext* context) const { redisFree(context); }
  };

  RedisConnection(redisContext* context, const StopSignal& stop) : context_(context), stop_(stop) {}

  absl::Status Broken() const;
  absl::Status Login(const RedisAddress& address, absl::Duration timeout);

  const std::unique_ptr<redisContext, ContextDeleter> context_;
  const StopSignal& stop_;
};

// For the first lines of a thread that uses a connection.
void BlockSigpipe();

}  // namespace kozmic

#endif  // KOZMIC_LIB_REDIS_CONNECTION_H_
