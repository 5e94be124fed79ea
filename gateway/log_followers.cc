#include "gateway/log_followers.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lib/base/backoff.h"
#include "lib/rpc/client.h"
#include "lib/rpc/grpc_status.h"

namespace kozmic::gateway {
namespace {

using logstream::v1::TailLogResponse;

// After so long without a byte it is looked whether the reader is still there.
constexpr absl::Duration kLook = absl::Seconds(20);
// A reader that takes nothing for so long has gone.
constexpr absl::Duration kStall = absl::Seconds(30);
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(5);
// About two minutes of a log service that is away.
constexpr int kMostFailures = 30;

bool Send(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
      continue;
    }
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
    pollfd writable = {.fd = fd, .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&writable, 1, static_cast<int>(absl::ToInt64Milliseconds(kStall)));
    if (ready == 0) return false;
  }
  return true;
}

bool SendChunk(int fd, absl::string_view bytes) {
  return Send(fd, absl::StrCat(absl::Hex(bytes.size()), "\r\n", bytes, "\r\n"));
}

bool HasGone(int fd) {
  char byte = 0;
  const ssize_t got = ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

bool MayComeBack(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kAborted:
      return true;
    default:
      return false;
  }
}

}  // namespace

void LogFollowers::Follow(http::DetachedSocket socket, http::Admission::Place place,
                          uint64_t viewer, std::string log, int64_t offset,
                          std::shared_ptr<const void> companion) {
  Reap();
  auto follower = std::make_unique<Follower>();
  follower->socket = std::move(socket);
  follower->place = std::move(place);
  follower->log = std::move(log);
  follower->offset = offset;
  follower->companion = std::move(companion);
  absl::MutexLock lock(&mutex_);
  if (stopped_) return;
  Follower& added = *followers_.emplace(viewer, std::move(follower)).first->second;
  added.thread = std::thread([this, viewer, &added] {
    Run(added);
    // Let go of without the lock, which whoever closes this takes.
    Follower left;
    {
      absl::MutexLock ending(&mutex_);
      left.socket = std::move(added.socket);
      left.place = std::move(added.place);
      left.companion = std::move(added.companion);
    }
    left = {};
    absl::MutexLock ending(&mutex_);
    const auto found = followers_.find(viewer);
    ended_.push_back(std::move(found->second));
    followers_.erase(found);
  });
}

void LogFollowers::Run(Follower& follower) {
  const int fd = follower.socket.fd.get();
  for (int failures = 0; failures < kMostFailures;) {
    const int64_t before = follower.offset;
    switch (Tail(follower)) {
      case Ended::kWhole:
        Send(fd, "0\r\n\r\n");
        return;
      case Ended::kCut:
        return;
      case Ended::kBroken:
        break;
    }
    if (HasGone(fd)) return;
    failures = follower.offset > before ? 0 : failures + 1;
    const absl::Duration pause = Backoff(failures, kFirstPause, kLongestPause, random_);
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&follower.closed), pause)) return;
  }
}

LogFollowers::Ended LogFollowers::Tail(Follower& follower) {
  logstream::v1::TailLogRequest request;
  request.set_log(follower.log);
  request.set_offset(follower.offset);
  request.set_follow(true);
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + kLook, backends_.service_token);
  if (!Enter(follower, &context)) return Ended::kCut;
  const auto reader = backends_.logs->TailLog(&context, request);
  Ended ended = Ended::kBroken;
  TailLogResponse response;
  while (ended == Ended::kBroken && reader->Read(&response)) {
    absl::string_view bytes = response.bytes();
    if (!bytes.empty()) {
      const int64_t known = follower.offset - response.offset();
      if (known < 0) break;
      bytes.remove_prefix(std::min(bytes.size(), static_cast<size_t>(known)));
      if (!bytes.empty() && !SendChunk(follower.socket.fd.get(), bytes)) ended = Ended::kCut;
      follower.offset += static_cast<int64_t>(bytes.size());
    }
    // Who was shown bytes that were lost before they were committed has more than the log.
    if (response.sealed()) {
      ended = response.offset() == follower.offset ? Ended::kWhole : Ended::kCut;
    }
  }
  context.TryCancel();
  const absl::Status status = FromGrpc(reader->Finish(), context);
  if (!Enter(follower, nullptr)) return Ended::kCut;
  if (ended == Ended::kBroken && !MayComeBack(status) && !absl::IsCancelled(status)) {
    return Ended::kCut;
  }
  return ended;
}

bool LogFollowers::Enter(Follower& follower, grpc::ClientContext* context) {
  absl::MutexLock lock(&mutex_);
  // Of one that is closed no call is begun.
  follower.context = follower.closed ? nullptr : context;
  return !follower.closed;
}

void LogFollowers::CloseLocked(Follower& follower) {
  follower.closed = true;
  if (follower.context != nullptr) follower.context->TryCancel();
  // Ends a write that waits.
  ::shutdown(follower.socket.fd.get(), SHUT_RDWR);
}

void LogFollowers::Close(uint64_t viewer) {
  absl::MutexLock lock(&mutex_);
  const auto found = followers_.find(viewer);
  if (found != followers_.end()) CloseLocked(*found->second);
}

void LogFollowers::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    for (auto& [viewer, follower] : followers_) CloseLocked(*follower);
    const auto none_left = [this]()
                               ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return followers_.empty(); };
    mutex_.Await(absl::Condition(&none_left));
  }
  Reap();
}

void LogFollowers::Reap() {
  std::vector<std::unique_ptr<Follower>> ended;
  {
    absl::MutexLock lock(&mutex_);
    ended.swap(ended_);
  }
  for (const auto& follower : ended) follower->thread.join();
}

}  // namespace kozmic::gateway
