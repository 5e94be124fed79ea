#include "lib/http/tls/tls_front.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>

#include "lib/status/macros.h"

namespace kozmic::http {
namespace {

constexpr int kBacklog = 4096;
constexpr int kAcceptsPerTurn = 64;
constexpr uint64_t kListenerKey = 0;
constexpr uint64_t kWakeKey = 1;
// So long a client may take for the rest of an answer, once the server has no more to do with it.
constexpr std::chrono::seconds kGrace{10};

// Of a connection's two sockets.
uint64_t ClientKey(uint64_t id) { return id * 2; }
uint64_t InsideKey(uint64_t id) { return id * 2 + 1; }

UniqueFd OpenSpare() { return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

}  // namespace

absl::StatusOr<std::unique_ptr<TlsFront>> TlsFront::Start(const Options& options, Admit admit) {
  KOZMIC_ASSIGN_OR_RETURN(RenewedContext context,
                          RenewedContext::Load(options.certificate_file, options.key_file));
  KOZMIC_ASSIGN_OR_RETURN(UniqueFd listener, ListenTcp(options.host, options.port, kBacklog));
  return std::unique_ptr<TlsFront>(
      new TlsFront(std::move(listener), std::move(context), std::move(admit)));
}

TlsFront::TlsFront(UniqueFd listener, RenewedContext context, Admit admit)
    : listener_(std::move(listener)),
      spare_(OpenSpare()),
      context_(std::move(context)),
      admit_(std::move(admit)),
      port_(LocalPort(listener_.get())),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) std::abort();
  epoll_event event = {.events = EPOLLIN, .data = {.u64 = kListenerKey}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_.get(), &event);
  event.data.u64 = kWakeKey;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event);
  thread_ = std::thread([this] { Run(); });
}

TlsFront::~TlsFront() { Stop(std::chrono::milliseconds(0)); }

void TlsFront::Stop(std::chrono::milliseconds grace) {
  if (!thread_.joinable()) return;
  cut_off_ = (std::chrono::steady_clock::now() + grace).time_since_epoch().count();
  draining_ = true;
  stopping_ = true;
  wake_.Signal();
  thread_.join();
}

bool TlsFront::IsOver() const {
  return stopping_ && (entries_.empty() ||
                       std::chrono::steady_clock::now().time_since_epoch().count() >= cut_off_);
}

void TlsFront::Drain() {
  draining_ = true;
  wake_.Signal();
}

void TlsFront::Run() {
  std::array<epoll_event, 256> events;
  while (!IsOver()) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), WaitMilliseconds());
    for (int i = 0; i < count; ++i) {
      if (events[i].data.u64 == kListenerKey) {
        Accept();
      } else if (events[i].data.u64 == kWakeKey) {
        wake_.Clear();
      } else {
        OnEvent(events[i].data.u64, events[i].events);
      }
    }
    if (draining_) listener_.reset();
    const Time now = std::chrono::steady_clock::now();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      Remove(deadlines_.begin()->second);
    }
  }
}

int TlsFront::WaitMilliseconds() const {
  Time first = deadlines_.empty() ? Time::max() : deadlines_.begin()->first;
  if (stopping_) first = std::min(first, Time(Time::duration(cut_off_)));
  if (first == Time::max()) return -1;
  const auto wait =
      std::chrono::ceil<std::chrono::milliseconds>(first - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<int64_t>(wait.count(), 0, INT_MAX));
}

void TlsFront::Accept() {
  for (int i = 0; i < kAcceptsPerTurn && listener_; ++i) {
    sockaddr_storage address = {};
    socklen_t length = sizeof(address);
    UniqueFd client(::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!client) {
      if (errno == EMFILE || errno == ENFILE) {
        // Without this the pending connection would keep waking us and never be taken.
        spare_.reset();
        UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)).reset();
        spare_ = OpenSpare();
      }
      return;
    }
    Take(std::move(client), AddressText(address));
  }
}

void TlsFront::Take(UniqueFd client, const std::string& ip) {
  int pair[2];
  // Without descriptors the client is cut off, and comes back.
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) return;
  UniqueFd inside(pair[0]);
  UniqueFd plain(pair[1]);
  const int on = 1;
  ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const uint64_t id = next_id_++;
  auto entry = std::make_unique<Entry>(context_.Get(), std::move(client), std::move(inside));
  epoll_event event = {.events = 0, .data = {.u64 = ClientKey(id)}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, entry->relay.client(), &event);
  event.data.u64 = InsideKey(id);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, entry->relay.inside(), &event);
  Watch(id, *entry);
  entries_.emplace(id, std::move(entry));
  admit_(std::move(plain), ip);
}

void TlsFront::OnEvent(uint64_t key, uint32_t events) {
  const uint64_t id = key / 2;
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  Entry& entry = *found->second;
  const bool of_client = key == ClientKey(id);
  if (of_client && (events & (EPOLLHUP | EPOLLERR)) != 0) return Remove(id);
  if (!of_client && (events & (EPOLLHUP | EPOLLERR)) != 0 && entry.inside_watched) {
    // It would be told again and again; what it has said can be read without being told.
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, entry.relay.inside(), nullptr);
    entry.inside_watched = false;
    entry.relay.InsideClosed();
    entry.deadline = std::chrono::steady_clock::now() + kGrace;
    deadlines_.emplace(entry.deadline, id);
  }
  if (!entry.relay.Advance()) return Remove(id);
  Watch(id, entry);
}

void TlsFront::Watch(uint64_t id, Entry& entry) {
  const TlsRelay::Interest wanted = entry.relay.interest();
  if (wanted.client != entry.waits.client) {
    epoll_event event = {.events = wanted.client, .data = {.u64 = ClientKey(id)}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, entry.relay.client(), &event);
  }
  if (wanted.inside != entry.waits.inside && entry.inside_watched) {
    epoll_event event = {.events = wanted.inside, .data = {.u64 = InsideKey(id)}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, entry.relay.inside(), &event);
  }
  entry.waits = wanted;
}

void TlsFront::Remove(uint64_t id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  deadlines_.erase({found->second->deadline, id});
  entries_.erase(found);
}

}  // namespace kozmic::http
