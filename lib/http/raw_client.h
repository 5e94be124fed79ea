#ifndef KOZMIC_LIB_HTTP_RAW_CLIENT_H_
#define KOZMIC_LIB_HTTP_RAW_CLIENT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lib/http/socket.h"

namespace kozmic::http {

constexpr std::chrono::seconds kTestDeadline{10};

// Whether `condition` became true before the deadline.
inline bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kTestDeadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

// A client for tests that sends exactly the bytes it is told to.
class RawClient {
 public:
  // `from` is the address to come from.
  explicit RawClient(int port, int receive_buffer = 0, in_addr_t from = INADDR_LOOPBACK) {
    fd_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer > 0) {
      ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    }
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(from);
    ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
      fd_.reset();
    }
  }

  int fd() const { return fd_.get(); }
  void Close() { fd_.reset(); }

  // False when the server no longer takes it.
  bool Send(absl::string_view data) {
    while (!data.empty()) {
      pollfd ready = {fd_.get(), POLLOUT, 0};
      if (::poll(&ready, 1, 20000) <= 0) return false;
      const ssize_t count =
          ::send(fd_.get(), data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count < 0 && errno != EAGAIN) return false;
      if (count > 0) data.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }

  // Reads once into `received`; false at the end of the stream or at the deadline.
  bool Read(std::chrono::milliseconds patience = kTestDeadline) {
    pollfd ready = {fd_.get(), POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(patience.count())) <= 0) return false;
    char buffer[65536];
    const ssize_t count = ::recv(fd_.get(), buffer, sizeof(buffer), 0);
    if (count <= 0) {
      at_end_ = true;
      return false;
    }
    received.append(buffer, static_cast<size_t>(count));
    return true;
  }

  // Whether `text` came.
  bool ReadUntil(absl::string_view text) {
    while (!absl::StrContains(received, text)) {
      if (!Read()) return false;
    }
    return true;
  }

  // Everything until the server closes.
  const std::string& ReadToEnd() {
    while (Read()) {
    }
    return received;
  }
  bool at_end() const { return at_end_; }

  // Takes one answer that has a Content-Length off the front of `received`: head and body.
  std::string ReadAnswer() {
    if (!ReadUntil("\r\n\r\n")) return received;
    const size_t head = received.find("\r\n\r\n") + 4;
    size_t length = 0;
    const size_t at = received.find("Content-Length: ");
    if (at != std::string::npos && at < head) length = std::stoul(received.substr(at + 16));
    while (received.size() < head + length) {
      if (!Read()) break;
    }
    const std::string answer = received.substr(0, head + length);
    received.erase(0, head + length);
    return answer;
  }

  std::string received;

 private:
  UniqueFd fd_;
  bool at_end_ = false;
};

// The status in an answer's first line.
inline int StatusOf(absl::string_view answer) {
  if (!absl::StartsWith(answer, "HTTP/1.1 ") || answer.size() < 12) return -1;
  return std::stoi(std::string(answer.substr(9, 3)));
}

// Sends one request on a connection of its own; the whole answer.
inline std::string Ask(int port, absl::string_view request) {
  RawClient client(port);
  client.Send(request);
  return client.ReadAnswer();
}

inline std::string Get(absl::string_view target, absl::string_view headers = "") {
  return absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: localhost\r\n", headers, "\r\n");
}

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_RAW_CLIENT_H_
