#ifndef KOZMIC_LIB_HTTP_TLS_TLS_FRONT_H_
#define KOZMIC_LIB_HTTP_TLS_TLS_FRONT_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>

#include "absl/status/statusor.h"
#include "lib/http/socket.h"
#include "lib/http/tls/tls_context.h"
#include "lib/http/tls/tls_relay.h"

namespace kozmic::http {

// Speaks TLS with clients for a server that does not: each of their connections is handed to the
// server as a plain one, at once, so that the server's limits of number and time hold from the
// beginning. One thread moves the bytes of all of them. Thread-safe.
class TlsFront {
 public:
  struct Options {
    std::string host;
    // 0: any free one.
    int port = 0;
    // In PEM; those that replace them are shown within a minute.
    std::string certificate_file;
    std::string key_file;
  };
  // Takes a connection of the client at `ip`. Must not block.
  using Admit = std::function<void(UniqueFd plain, const std::string& ip)>;

  // Serves at once. INVALID_ARGUMENT for files that are not good, UNAVAILABLE when the address
  // cannot be had.
  static absl::StatusOr<std::unique_ptr<TlsFront>> Start(const Options& options, Admit admit);
  // Stops at once.
  ~TlsFront();
  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;

  int port() const { return port_; }
  // Takes no further connections; those that are there go on.
  void Drain();
  // The same, and waits until the last has ended, which they do once the server has closed them,
  // but for `grace` at most; then the rest is cut off. Idempotent.
  void Stop(std::chrono::milliseconds grace);

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    Entry(SSL_CTX* context, UniqueFd client, UniqueFd inside)
        : relay(context, std::move(client), std::move(inside)) {}
    TlsRelay relay;
    // What epoll waits for now; the inside may not be in it any more.
    TlsRelay::Interest waits = {};
    bool inside_watched = true;
    // When it is cut off; max: never.
    Time deadline = Time::max();
  };

  TlsFront(UniqueFd listener, RenewedContext context, Admit admit);

  void Run();
  int WaitMilliseconds() const;
  bool IsOver() const;
  void Accept();
  void Take(UniqueFd client, const std::string& ip);
  void OnEvent(uint64_t key, uint32_t events);
  void Watch(uint64_t id, Entry& entry);
  void Remove(uint64_t id);

  UniqueFd listener_;
  // Closed for a moment to be able to accept, and so to cut off, when descriptors run out.
  UniqueFd spare_;
  RenewedContext context_;
  const Admit admit_;
  const int port_;
  const UniqueFd epoll_;
  const EventFd wake_;
  std::atomic<bool> draining_ = false;
  std::atomic<bool> stopping_ = false;
  // Since the steady clock's epoch; of one that is stopping.
  std::atomic<Time::rep> cut_off_ = 0;
  // Of the thread only.
  uint64_t next_id_ = 1;
  std::unordered_map<uint64_t, std::unique_ptr<Entry>> entries_;
  std::set<std::pair<Time, uint64_t>> deadlines_;
  std::thread thread_;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_TLS_TLS_FRONT_H_
