#include "lib/http/response_stream.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace kozmic::http {
namespace {

constexpr size_t kGather = 64 * 1024;

}  // namespace

ResponseStream::ResponseStream(const Connection& connection, const ServerOptions& options,
                               int abort_fd, absl::string_view method)
    : connection_(connection),
      options_(options),
      abort_fd_(abort_fd),
      input_(absl::StrCat(method, " / HTTP/1.1\r\n\r\n")),
      start_(std::chrono::steady_clock::now()) {}

ssize_t ResponseStream::read(char* out, size_t size) {
  const size_t take = std::min(size, input_.size() - input_read_);
  std::memcpy(out, input_.data() + input_read_, take);
  input_read_ += take;
  return static_cast<ssize_t>(take);
}

ssize_t ResponseStream::write(const char* data, size_t size) {
  if (failed_) return -1;
  if (pending_.size() + size <= kGather) {
    pending_.append(data, size);
  } else if (!Flush() || !Send(absl::string_view(data, size))) {
    return -1;
  }
  return static_cast<ssize_t>(size);
}

void ResponseStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip = connection_.ip;
  port = 0;
}

void ResponseStream::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

int ResponseStream::socket() const { return connection_.fd.get(); }

bool ResponseStream::Flush() {
  std::string pending;
  pending.swap(pending_);
  return !failed_ && Send(pending);
}

bool ResponseStream::Send(absl::string_view data) {
  while (!data.empty()) {
    const ssize_t count =
        ::send(connection_.fd.get(), data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      data.remove_prefix(static_cast<size_t>(count));
      sent_ += static_cast<uint64_t>(count);
    } else if (errno != EINTR && (errno != EAGAIN || !WaitWritable())) {
      failed_ = true;
      return false;
    }
  }
  return true;
}

bool ResponseStream::WaitWritable() {
  SteadyTime deadline = start_ + absl::ToChronoNanoseconds(options_.transfer_grace);
  if (options_.minimum_bytes_per_second > 0) {
    deadline += std::chrono::milliseconds(sent_ * 1000 / options_.minimum_bytes_per_second);
  }
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd fds[] = {{connection_.fd.get(), POLLOUT, 0}, {abort_fd_, POLLIN, 0}};
    const int ready = ::poll(fds, 2, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return false;
    if (ready > 0) return fds[1].revents == 0;
  }
}

}  // namespace kozmic::http
