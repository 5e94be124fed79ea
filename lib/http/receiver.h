#ifndef KOZMIC_LIB_HTTP_RECEIVER_H_
#define KOZMIC_LIB_HTTP_RECEIVER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/http/admission.h"
#include "lib/http/connection.h"
#include "lib/http/rejection.h"
#include "lib/http/router.h"
#include "lib/http/server_options.h"
#include "lib/http/socket.h"

namespace kozmic::http {

// The one thread that accepts connections and reads requests, all of them at once by epoll: idle
// connections and slow senders cost memory within limits, never a thread. What is wrong with a
// request is answered here; complete ones are handed on.
class Receiver {
 public:
  // Takes a connection whose `request` is complete. False (and nothing taken) when there is no
  // capacity. Must not block.
  using Dispatch = std::function<bool(std::unique_ptr<Connection>&)>;

  // All references outlive the receiver.
  Receiver(const ServerOptions& options, const Router& router, Admission& admission,
           ByteBudget& bodies, UniqueFd listener, Dispatch dispatch);
  // Closes what it still holds.
  ~Receiver();

  void Start();

  // Thread-safe from here on.

  // Gives a connection back after its request was answered: for the next one or, if not
  // `keep_alive`, to be closed gracefully.
  void Return(std::unique_ptr<Connection> connection, bool keep_alive);
  // Takes a connection's socket out of the receiver's epoll before it goes elsewhere.
  void Forget(const Connection& connection);
  // Takes a connection that was made elsewhere, of the client at `ip`.
  void Adopt(UniqueFd fd, std::string ip);
  // Closes the listener and idle connections; the others are closed after their current request.
  void Drain();
  bool draining() const { return draining_.load(); }
  // Closes all that is held here and ends the thread.
  void Stop();

 private:
  using Phase = Connection::Phase;

  void Run();
  int WaitMilliseconds() const;
  void TakeReturned();
  void StopListening();
  void Accept();
  void Admit(UniqueFd fd, const std::string& ip);
  void OnReadable(uint64_t id);
  void Expire();
  SteadyTime Deadline(const Connection& connection) const;
  // Begins another period for a body that came fast enough in the one that has passed. False when
  // it did not, or has no time left.
  bool MaySendOn(Connection& connection, SteadyTime now) const;

  // Goes as far as the received bytes allow; then the connection is handed on or parked again.
  void Advance(std::unique_ptr<Connection> connection);
  // Each of these: whether there is more to be done with what is here.
  bool ReadHead(Connection& connection);
  bool BeginRequest(Connection& connection, size_t head_length);
  bool ReadBody(Connection& connection);
  bool HostIsAllowed(const std::string& host) const;
  void Enter(Connection& connection, Phase phase);
  // Waits for the connection to become readable, until its deadline.
  void Park(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> Unpark(uint64_t id);
  // Answers and lets the connection linger, so that the answer outlives what the client still
  // sends. Always false.
  bool Reject(Connection& connection, const Rejection& rejection, const std::string& allow = "");

  const ServerOptions& options_;
  const Router& router_;
  Admission& admission_;
  ByteBudget& bodies_;
  const Dispatch dispatch_;
  const UniqueFd epoll_;
  const EventFd wake_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> stopping_{false};

  // Of the receiving thread only.
  UniqueFd listener_;
  // Closed for a moment to be able to accept, and so refuse, when descriptors run out.
  UniqueFd spare_;
  std::vector<char> read_buffer_;
  uint64_t next_id_ = 2;
  std::unordered_map<uint64_t, std::unique_ptr<Connection>> parked_;
  std::set<std::pair<SteadyTime, uint64_t>> deadlines_;
  // Longest idle first.
  std::set<std::pair<SteadyTime, uint64_t>> idle_;
  bool drained_ = false;

  std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<std::pair<std::unique_ptr<Connection>, bool>> returned_;
  std::vector<std::pair<UniqueFd, std::string>> adopted_;

  std::thread thread_;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_RECEIVER_H_
