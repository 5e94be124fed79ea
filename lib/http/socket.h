#ifndef KOZMIC_LIB_HTTP_SOCKET_H_
#define KOZMIC_LIB_HTTP_SOCKET_H_

#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace kozmic::http {

// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  ~UniqueFd() { reset(); }
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

// A non-blocking listening socket. `host`: an address or a name, also "localhost"; `port` 0: any
// free one. UNAVAILABLE says what failed.
absl::StatusOr<UniqueFd> ListenTcp(const std::string& host, int port, int backlog);

// Which port a socket is bound to.
int LocalPort(int fd);

// The textual address in a socket address, without the port.
std::string AddressText(const sockaddr_storage& address);

// An eventfd: non-blocking, becomes readable by Signal() and stays so until Clear().
class EventFd {
 public:
  EventFd();
  int get() const { return fd_.get(); }
  void Signal() const;
  void Clear() const;

 private:
  UniqueFd fd_;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_SOCKET_H_
