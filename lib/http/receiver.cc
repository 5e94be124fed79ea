#include "lib/http/receiver.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/http/forwarded.h"
#include "lib/http/status_text.h"

namespace kozmic::http {
namespace {

constexpr uint64_t kListenerId = 0;
constexpr uint64_t kWakeId = 1;
constexpr size_t kReadBytes = 64 * 1024;
constexpr int kAcceptsPerTurn = 64;
// How long a refused client may go on sending before its connection is cut.
constexpr std::chrono::seconds kLinger{2};

constexpr Rejection kBusy = {503, "busy", "The server is busy. Try again in a moment."};
constexpr Rejection kTimeout = {408, "request_timeout", "The request did not arrive in time."};

std::chrono::nanoseconds Chrono(absl::Duration duration) {
  return absl::ToChronoNanoseconds(duration);
}

void SetNoDelay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

UniqueFd OpenSpare() { return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

}  // namespace

Receiver::Receiver(const ServerOptions& options, const Router& router, Admission& admission,
                   ByteBudget& bodies, UniqueFd listener, Dispatch dispatch)
    : options_(options),
      router_(router),
      admission_(admission),
      bodies_(bodies),
      dispatch_(std::move(dispatch)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      listener_(std::move(listener)),
      spare_(OpenSpare()),
      read_buffer_(kReadBytes) {
  if (!epoll_) std::abort();
}

Receiver::~Receiver() { Stop(); }

void Receiver::Start() {
  epoll_event event = {.events = EPOLLIN, .data = {.u64 = kListenerId}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_.get(), &event);
  event.data.u64 = kWakeId;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event);
  thread_ = std::thread([this] { Run(); });
}

void Receiver::Return(std::unique_ptr<Connection> connection, bool keep_alive) {
  {
    const std::lock_guard lock(mutex_);
    returned_.emplace_back(std::move(connection), keep_alive);
    if (returned_.size() > 1) return;
  }
  wake_.Signal();
}

void Receiver::Adopt(UniqueFd fd, std::string ip) {
  {
    const std::lock_guard lock(mutex_);
    adopted_.emplace_back(std::move(fd), std::move(ip));
  }
  wake_.Signal();
}

void Receiver::Forget(const Connection& connection) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, connection.fd.get(), nullptr);
}

void Receiver::Drain() {
  draining_.store(true);
  wake_.Signal();
}

void Receiver::Stop() {
  stopping_.store(true);
  wake_.Signal();
  if (thread_.joinable()) thread_.join();
  parked_.clear();
  const std::lock_guard lock(mutex_);
  returned_.clear();
  adopted_.clear();
}

void Receiver::Run() {
  std::array<epoll_event, 256> events;
  while (!stopping_.load()) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), WaitMilliseconds());
    for (int i = 0; i < count; ++i) {
      if (events[i].data.u64 == kListenerId) {
        Accept();
      } else if (events[i].data.u64 == kWakeId) {
        wake_.Clear();
      } else {
        OnReadable(events[i].data.u64);
      }
    }
    TakeReturned();
    if (draining_.load() && !drained_) StopListening();
    Expire();
  }
  listener_.reset();
}

int Receiver::WaitMilliseconds() const {
  if (deadlines_.empty()) return -1;
  const auto wait = deadlines_.begin()->first - std::chrono::steady_clock::now();
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  return static_cast<int>(std::clamp<int64_t>(milliseconds, 0, INT_MAX));
}

void Receiver::TakeReturned() {
  std::vector<std::pair<std::unique_ptr<Connection>, bool>> returned;
  std::vector<std::pair<UniqueFd, std::string>> adopted;
  {
    const std::lock_guard lock(mutex_);
    returned.swap(returned_);
    adopted.swap(adopted_);
  }
  for (auto& [fd, ip] : adopted) {
    if (!draining_.load()) Admit(std::move(fd), ip);
  }
  for (auto& [connection, keep_alive] : returned) {
    connection->request = ReceivedRequest();
    connection->body.reset();
    connection->charge.Reset();
    if (!keep_alive || draining_.load()) {
      ::shutdown(connection->fd.get(), SHUT_WR);
      Enter(*connection, Phase::kLinger);
      Park(std::move(connection));
      continue;
    }
    connection->scanner = HeadScanner(options_.head);
    if (connection->in.empty()) connection->in = std::string();
    Enter(*connection, connection->in.empty() ? Phase::kIdle : Phase::kHead);
    Advance(std::move(connection));
  }
}

void Receiver::StopListening() {
  drained_ = true;
  listener_.reset();
  while (!idle_.empty()) Unpark(idle_.begin()->second).reset();
}

void Receiver::Accept() {
  for (int i = 0; i < kAcceptsPerTurn && listener_; ++i) {
    sockaddr_storage address = {};
    socklen_t length = sizeof(address);
    UniqueFd fd(::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length,
                          SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) {
      if (errno == EMFILE || errno == ENFILE) {
        // Without this the pending connection would keep waking us and never be taken.
        spare_.reset();
        UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)).reset();
        spare_ = OpenSpare();
      }
      return;
    }
    Admit(std::move(fd), AddressText(address));
  }
}

void Receiver::Admit(UniqueFd fd, const std::string& ip) {
  // Who is idle makes room for who has something to say.
  if (admission_.IsFull() && !idle_.empty()) Unpark(idle_.begin()->second).reset();
  // A proxy's connections are those of all for whom it works.
  const auto address = IpAddress::Parse(ip);
  const bool of_many = address.ok() && options_.trusted_proxies.IsNamed(*address);
  Admission::Place place = of_many ? admission_.EnterUncounted() : admission_.Enter(ip);
  auto connection = std::make_unique<Connection>(options_.head);
  connection->id = next_id_++;
  connection->fd = std::move(fd);
  connection->peer = ip;
  connection->ip = ip;
  SetNoDelay(connection->fd.get());
  if (!place) {
    Reject(*connection, {503, "too_many_connections", "There are too many connections."});
    return;
  }
  connection->place = std::move(place);
  Enter(*connection, Phase::kHead);
  Park(std::move(connection));
}

void Receiver::OnReadable(uint64_t id) {
  std::unique_ptr<Connection> connection = Unpark(id);
  if (connection == nullptr) return;
  const ssize_t got =
      ::recv(connection->fd.get(), read_buffer_.data(), read_buffer_.size(), MSG_DONTWAIT);
  if (got > 0) {
    connection->period_bytes += static_cast<uint64_t>(got);
    if (connection->phase != Phase::kLinger) connection->in.append(read_buffer_.data(), got);
    Advance(std::move(connection));
  } else if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    Park(std::move(connection));
  }
  // Otherwise the client has gone; with it goes the connection.
}

void Receiver::Expire() {
  const SteadyTime now = std::chrono::steady_clock::now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    std::unique_ptr<Connection> connection = Unpark(deadlines_.begin()->second);
    if (Deadline(*connection) > now || MaySendOn(*connection, now)) {
      Park(std::move(connection));
    } else if (connection->phase == Phase::kBody ||
               (connection->phase == Phase::kHead && !connection->in.empty())) {
      Reject(*connection, kTimeout);
      Park(std::move(connection));
    }
  }
}

SteadyTime Receiver::Deadline(const Connection& connection) const {
  switch (connection.phase) {
    case Phase::kIdle:
      return connection.phase_start + Chrono(options_.idle_timeout);
    case Phase::kHead:
      return connection.phase_start + Chrono(options_.head_timeout);
    case Phase::kLinger:
      return connection.phase_start + kLinger;
    case Phase::kBody:
      break;
  }
  const SteadyTime period_end = connection.period_start + Chrono(options_.transfer_grace);
  const absl::Duration whole = connection.request.match.route->options.body_timeout;
  if (whole == absl::InfiniteDuration()) return period_end;
  return std::min(period_end, connection.phase_start + Chrono(whole));
}

bool Receiver::MaySendOn(Connection& connection, SteadyTime now) const {
  // What came in earlier periods does not count: who sent much at once must not rest on it.
  const SteadyTime period_end = connection.period_start + Chrono(options_.transfer_grace);
  if (connection.phase != Phase::kBody || options_.minimum_bytes_per_second == 0 ||
      period_end > now) {
    return false;
  }
  const double least = static_cast<double>(options_.minimum_bytes_per_second) *
                       absl::ToDoubleSeconds(options_.transfer_grace);
  if (static_cast<double>(connection.period_bytes) < least) return false;
  connection.period_start = now;
  connection.period_bytes = 0;
  return Deadline(connection) > now;
}

void Receiver::Advance(std::unique_ptr<Connection> connection) {
  for (;;) {
    bool go_on = false;
    switch (connection->phase) {
      case Phase::kIdle:
      case Phase::kHead:
        go_on = ReadHead(*connection);
        break;
      case Phase::kBody:
        go_on = ReadBody(*connection);
        break;
      case Phase::kLinger:
        break;
    }
    if (!go_on) break;
    if (connection->phase == Phase::kBody &&
        connection->body->state() == BodyDecoder::State::kDone) {
      connection->request.body = connection->body->TakeBody();
      if (dispatch_(connection)) return;
      Reject(*connection, kBusy);
      break;
    }
  }
  Park(std::move(connection));
}

bool Receiver::ReadHead(Connection& connection) {
  // RFC 9112 2.2: an empty line before a request is to be ignored.
  if (absl::StartsWith(connection.in, "\r\n")) connection.in.erase(0, 2);
  if (connection.in.empty() || connection.in == "\r") return false;
  if (connection.phase == Phase::kIdle) Enter(connection, Phase::kHead);
  const auto scanned = connection.scanner.Scan(connection.in);
  if (const auto* rejection = std::get_if<Rejection>(&scanned)) {
    return Reject(connection, *rejection);
  }
  const size_t length = std::get<size_t>(scanned);
  return length > 0 && BeginRequest(connection, length);
}

bool Receiver::BeginRequest(Connection& connection, size_t head_length) {
  auto head =
      ParseRequestHead(absl::string_view(connection.in).substr(0, head_length), options_.head);
  connection.in.erase(0, head_length);
  if (const auto* rejection = std::get_if<Rejection>(&head)) return Reject(connection, *rejection);
  ReceivedRequest& request = connection.request;
  request.head = std::get<RequestHead>(std::move(head));
  request.started = connection.phase_start;
  connection.ip = ClientOf(connection.peer, request.head.headers, options_.trusted_proxies);

  auto target = ParseTarget(request.head.target);
  if (auto* parsed = std::get_if<Target>(&target)) {
    request.target = std::move(*parsed);
  } else {
    return Reject(connection, std::get<Rejection>(target));
  }
  auto found = router_.Find(request.head.method, request.target);
  const auto* match = std::get_if<Router::Match>(&found);
  if ((match == nullptr || !match->route->options.any_host) && !HostIsAllowed(request.head.host)) {
    return Reject(connection, {421, "unknown_host", "This server does not answer for this host."});
  }
  if (match == nullptr) {
    const auto& miss = std::get<Router::Miss>(found);
    return Reject(connection, miss.rejection, miss.allow);
  }
  request.match = *match;

  const RouteOptions& route = match->route->options;
  if (request.head.framing != Framing::kNone && !route.content_type.empty()) {
    const auto type = request.head.headers.find("Content-Type");
    const absl::string_view media =
        type == request.head.headers.end()
            ? absl::string_view()
            : absl::StripAsciiWhitespace(
                  absl::string_view(type->second).substr(0, type->second.find(';')));
    if (!absl::EqualsIgnoreCase(media, route.content_type)) {
      return Reject(connection, {415, "content_type", "The body has the wrong Content-Type."});
    }
  }
  Enter(connection, Phase::kBody);
  connection.body.emplace(request.head.framing, request.head.content_length, route.max_body_bytes);
  if (request.head.expect_continue && connection.in.empty() &&
      connection.body->state() == BodyDecoder::State::kMore) {
    constexpr absl::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    ::send(connection.fd.get(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  return ReadBody(connection);
}

bool Receiver::ReadBody(Connection& connection) {
  absl::string_view input = connection.in;
  const size_t before = connection.body->body().size();
  const BodyDecoder::State state = connection.body->Feed(input);
  connection.in.erase(0, connection.in.size() - input.size());
  if (!connection.charge.Add(bodies_, connection.ip, connection.body->body().size() - before)) {
    return Reject(connection, kBusy);
  }
  switch (state) {
    case BodyDecoder::State::kMore:
      return false;
    case BodyDecoder::State::kDone:
      return true;
    case BodyDecoder::State::kTooLarge:
      return Reject(connection, {413, "body_too_large", "The request's body is too large."});
    case BodyDecoder::State::kMalformed:
      break;
  }
  return Reject(connection, {400, "bad_framing", "The request's body is not well delimited."});
}

bool Receiver::HostIsAllowed(const std::string& host) const {
  if (options_.allowed_hosts.empty()) return true;
  absl::string_view name = host;
  // Not the colons of a bracketed IPv6 address.
  const size_t colon = name.rfind(':');
  if (colon != absl::string_view::npos && name.find(']', colon) == absl::string_view::npos) {
    name = name.substr(0, colon);
  }
  return std::any_of(options_.allowed_hosts.begin(), options_.allowed_hosts.end(),
                     [&](const std::string& allowed) {
                       return absl::EqualsIgnoreCase(allowed, host) ||
                              absl::EqualsIgnoreCase(allowed, name);
                     });
}

void Receiver::Enter(Connection& connection, Phase phase) {
  connection.phase = phase;
  connection.phase_start = std::chrono::steady_clock::now();
  connection.period_start = connection.phase_start;
  connection.period_bytes = 0;
}

void Receiver::Park(std::unique_ptr<Connection> connection) {
  epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT,
                       .data = {.u64 = connection->id}};
  const int operation = connection->in_epoll ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (::epoll_ctl(epoll_.get(), operation, connection->fd.get(), &event) != 0) return;
  connection->in_epoll = true;
  connection->deadline = Deadline(*connection);
  deadlines_.emplace(connection->deadline, connection->id);
  if (connection->in.empty() &&
      (connection->phase == Phase::kIdle || connection->phase == Phase::kHead)) {
    idle_.emplace(connection->phase_start, connection->id);
  }
  parked_.emplace(connection->id, std::move(connection));
}

std::unique_ptr<Connection> Receiver::Unpark(uint64_t id) {
  const auto found = parked_.find(id);
  if (found == parked_.end()) return nullptr;
  std::unique_ptr<Connection> connection = std::move(found->second);
  parked_.erase(found);
  deadlines_.erase({connection->deadline, id});
  idle_.erase({connection->phase_start, id});
  return connection;
}

bool Receiver::Reject(Connection& connection, const Rejection& rejection,
                      const std::string& allow) {
  const std::string body = RejectionBody(rejection);
  std::string answer =
      absl::StrCat("HTTP/1.1 ", rejection.status, " ", StatusText(rejection.status),
                   "\r\nContent-Type: application/json\r\nContent-Length: ", body.size(),
                   "\r\nConnection: close\r\nDate: ", DateText(), "\r\n");
  if (!allow.empty()) absl::StrAppend(&answer, "Allow: ", allow, "\r\n");
  if (rejection.status == 503) absl::StrAppend(&answer, "Retry-After: 1\r\n");
  for (const auto& [name, value] : options_.headers) {
    absl::StrAppend(&answer, name, ": ", value, "\r\n");
  }
  absl::StrAppend(&answer, "\r\n");
  if (connection.request.head.method != "HEAD") answer += body;
  // What does not fit into an empty socket buffer is not worth waiting for.
  ::send(connection.fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(connection.fd.get(), SHUT_WR);
  if (options_.on_access) {
    options_.on_access(
        {connection.request.head.method, connection.request.target.path, connection.ip,
         rejection.status, answer.size(),
         absl::FromChrono(std::chrono::steady_clock::now() - connection.phase_start)});
  }
  connection.in = std::string();
  connection.body.reset();
  connection.charge.Reset();
  connection.request = ReceivedRequest();
  Enter(connection, Phase::kLinger);
  return false;
}

}  // namespace kozmic::http
