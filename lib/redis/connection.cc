#include "lib/redis/connection.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"

namespace kozmic {
namespace {

int PollMillis(absl::Duration left) {
  // Rounded up, or the last millisecond would be waited for in a busy loop.
  return static_cast<int>(
      std::clamp<int64_t>(absl::ToInt64Milliseconds(left + absl::Microseconds(999)), 0, 3'600'000));
}

}  // namespace

StopSignal::StopSignal() : fd_(eventfd(0, EFD_CLOEXEC)) {}

StopSignal::~StopSignal() { close(fd_); }

void StopSignal::Signal() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof(one));
}

bool StopSignal::WaitFor(absl::Duration timeout) const {
  const absl::Time deadline = absl::Now() + timeout;
  pollfd waited{fd_, POLLIN, 0};
  while (poll(&waited, 1, PollMillis(deadline - absl::Now())) < 0 && errno == EINTR) {
  }
  return waited.revents != 0;
}

absl::StatusOr<std::unique_ptr<RedisConnection>> RedisConnection::Open(const RedisAddress& address,
                                                                       absl::Duration timeout,
                                                                       const StopSignal& stop) {
  const timeval limit = absl::ToTimeval(timeout);
  redisContext* context = redisConnectWithTimeout(address.host.c_str(), address.port, limit);
  if (context == nullptr) return absl::ResourceExhaustedError("no memory for a Redis connection");
  auto connection = std::unique_ptr<RedisConnection>(new RedisConnection(context, stop));
  if (context->err != 0) return connection->Broken();
  redisSetTimeout(context, limit);
  redisEnableKeepAlive(context);
  KOZMIC_RETURN_IF_ERROR(connection->Login(address, timeout));
  return connection;
}

absl::Status RedisConnection::Login(const RedisAddress& address, absl::Duration timeout) {
  int replies = 0;
  if (!address.password.empty()) {
    if (address.user.empty()) {
      Append({"AUTH", address.password});
    } else {
      Append({"AUTH", address.user, address.password});
    }
    ++replies;
  }
  if (address.database != 0) {
    Append({"SELECT", absl::StrCat(address.database)});
    ++replies;
  }
  for (int i = 0; i < replies; ++i) {
    const absl::StatusOr<RedisReply> reply = Read(timeout);
    if (absl::IsInternal(reply.status())) {
      return absl::UnavailableError(
          absl::StrCat("Redis does not let us in: ", reply.status().message()));
    }
    KOZMIC_RETURN_IF_ERROR(reply.status());
  }
  return absl::OkStatus();
}

void RedisConnection::Append(const std::vector<absl::string_view>& command) {
  std::vector<const char*> words;
  std::vector<size_t> sizes;
  for (absl::string_view word : command) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), words.data(),
                         sizes.data());
}

absl::StatusOr<RedisReply> RedisConnection::Read(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  int done = 0;
  while (done == 0) {
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return Broken();
  }
  while (true) {
    void* raw = nullptr;
    if (redisGetReplyFromReader(context_.get(), &raw) != REDIS_OK) return Broken();
    if (raw != nullptr) {
      RedisReply reply(static_cast<redisReply*>(raw));
      if (reply->type == REDIS_REPLY_ERROR) {
        return absl::InternalError(absl::string_view(reply->str, reply->len));
      }
      return reply;
    }
    pollfd waited[2] = {{stop_.fd(), POLLIN, 0}, {context_->fd, POLLIN, 0}};
    const int ready = poll(waited, 2, PollMillis(deadline - absl::Now()));
    if (ready < 0 && errno == EINTR) continue;
    if (waited[0].revents != 0) return absl::CancelledError("stopping");
    if (ready <= 0) return absl::UnavailableError("Redis does not answer");
    if (redisBufferRead(context_.get()) != REDIS_OK) return Broken();
  }
}

absl::Status RedisConnection::Broken() const {
  return absl::UnavailableError(absl::StrCat("Redis: ", context_->errstr));
}

void BlockSigpipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace kozmic
