#include "bench/log_load/viewers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace kozmic::bench {
namespace {

// So many come from one address of the loopback network: one address has only so many ports.
constexpr size_t kOfOneAddress = 500;
// As people come; who is refused as all come at once would come again.
constexpr size_t kAtOnce = 64;
constexpr absl::Duration kConnectTime = absl::Seconds(60);

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

http::UniqueFd Connect(const std::string& host, int port, size_t number) {
  http::UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) Die("socket");
  sockaddr_in from = {};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<uint32_t>(number / kOfOneAddress));
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&from), sizeof from) != 0) Die("bind");
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, host.c_str(), &to.sin_addr);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) Die("connect");
  return fd;
}

}  // namespace

int64_t Viewers::Now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Viewers::Viewers(const std::string& host, int port, const std::string& target,
                 const std::string& headers, size_t count)
    : viewers_(count), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  epoll_event stop = {.events = EPOLLIN, .data = {.u64 = count}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stop_.get(), &stop);
  thread_ = std::thread([this] { Run(); });
  const std::string request = absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: ", host, ":", port,
                                           "\r\n", headers, "Accept: text/event-stream\r\n\r\n");
  for (size_t i = 0; i < count; ++i) {
    {
      const auto few = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return i < answered_ + kAtOnce;
      };
      absl::MutexLock lock(&mutex_);
      if (!mutex_.AwaitWithTimeout(absl::Condition(&few), kConnectTime)) Die("not answered");
    }
    viewers_[i].fd = Connect(host, port, i);
    if (send(viewers_[i].fd.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      Die("send");
    }
    epoll_event event = {.events = EPOLLIN, .data = {.u64 = i}};
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, viewers_[i].fd.get(), &event);
  }
  const auto all = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return answered_ == count; };
  absl::MutexLock lock(&mutex_);
  if (!mutex_.AwaitWithTimeout(absl::Condition(&all), kConnectTime)) Die("not all were answered");
}

Viewers::~Viewers() {
  stop_.Signal();
  thread_.join();
}

void Viewers::Run() {
  std::array<epoll_event, 512> events;
  while (true) {
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      const size_t at = events[static_cast<size_t>(i)].data.u64;
      if (at == viewers_.size()) return;
      Read(viewers_[at]);
    }
  }
}

void Viewers::Read(Viewer& viewer) {
  char bytes[1 << 16];
  const ssize_t got = recv(viewer.fd.get(), bytes, sizeof bytes, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) Die("a viewer was cut off");
  const int64_t now = Now();
  viewer.pending.append(bytes, static_cast<size_t>(got));
  size_t begin = 0;
  for (size_t end = viewer.pending.find('\n'); end != std::string::npos;
       end = viewer.pending.find('\n', begin)) {
    const std::string line = viewer.pending.substr(begin, end - begin);
    begin = end + 1;
    if (absl::StartsWith(line, "HTTP/1.1 ") && !absl::StartsWith(line, "HTTP/1.1 200")) {
      std::fprintf(stderr, "a viewer was answered %s\n", line.c_str());
      std::exit(1);
    }
    if (absl::StartsWith(line, "retry: ")) {
      absl::MutexLock lock(&mutex_);
      ++answered_;
    }
    const std::string kBytes = "\"bytes\":\"";
    const size_t data = line.find(kBytes);
    if (data == std::string::npos) continue;
    const size_t first = data + kBytes.size();
    Event(viewer, line.substr(first, line.find('"', first) - first), now);
  }
  viewer.pending.erase(0, begin);
}

void Viewers::Event(Viewer& viewer, const std::string& data, int64_t now) {
  std::string bytes;
  absl::Base64Unescape(data, &bytes);
  absl::MutexLock lock(&mutex_);
  for (const char c : bytes) {
    if (c != '\n') {
      viewer.line += c;
      continue;
    }
    int64_t written = 0;
    if (absl::SimpleAtoi(viewer.line, &written)) {
      samples_.Add(static_cast<double>(now - written) / 1e6);
    }
    ++lines_;
    viewer.line.clear();
  }
}

bool Viewers::Await(int64_t lines, absl::Duration patience) {
  const int64_t wanted = lines * static_cast<int64_t>(viewers_.size());
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return lines_ >= wanted; };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&enough), patience);
}

Samples Viewers::Take() {
  absl::MutexLock lock(&mutex_);
  lines_ = 0;
  return std::exchange(samples_, {});
}

}  // namespace kozmic::bench
