#include "lib/http/sse_hub.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <deque>
#include <unordered_set>

#include "absl/strings/str_cat.h"

namespace kozmic::http {
namespace {

constexpr uint64_t kWakeId = 0;
// One write: so many frames (each an id and a text), and no further one beyond so many bytes.
constexpr size_t kBatchFrames = 32;
constexpr size_t kBatchBytes = 64 * 1024;

// What a stream begins with: how soon to come back after a break.
const char kPreamble[] = "retry: 1000\n\n";
const char kHeartbeat[] = ":\n\n";

}  // namespace

struct SseHub::Viewer {
  struct Following {
    Topic* topic;
    SseTopic::Reader reader;
    bool counted = false;
    // Nothing more of this topic.
    bool ended = false;
    // The state's snapshot comes first.
    bool wants_snapshot = false;
  };
  struct Piece {
    std::string id;
    SseWire wire;
  };

  bool Follows(const Topic* topic) const {
    return std::any_of(following.begin(), following.end(),
                       [&](const Following& one) { return one.topic == topic && !one.ended; });
  }

  uint64_t id;
  UniqueFd fd;
  Admission::Place place;
  std::shared_ptr<const void> companion;
  std::vector<Following> following;
  // Not yet taken by the kernel; `written` bytes of the first piece are.
  std::deque<Piece> out;
  size_t written = 0;
  // Published for this viewer since it last took anything.
  size_t owed = 0;
  bool blocked = false;
  bool dead = false;
  Time since;
  Time last_write;
};

struct SseHub::Topic {
  Topic(TopicKey the_key, const SseKind& the_kind, uint64_t the_generation, uint64_t position)
      : key(std::move(the_key)),
        kind(the_kind),
        generation(the_generation),
        frames(position, the_kind.ring_bytes, the_kind.counted) {}

  const TopicKey key;
  const SseKind& kind;
  const uint64_t generation;
  SseTopic frames;
  std::unordered_set<Viewer*> viewers;
  // Appended since the viewers were last served.
  size_t unserved_bytes = 0;
};

SseHub::SseHub(const SseHubOptions& options)
    : options_(options),
      admission_(options.max_viewers, options.max_viewers_per_ip),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) std::abort();
}

SseHub::~SseHub() { Stop(); }

void SseHub::AddKind(const std::string& name, SseKind kind) { kinds_[name] = std::move(kind); }

void SseHub::Start() {
  epoll_event event = {.events = EPOLLIN, .data = {.u64 = kWakeId}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event);
  thread_ = std::thread([this] { Run(); });
}

void SseHub::Stop() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_all();
  }
  stopping_.store(true);
  wake_.Signal();
  if (thread_.joinable()) thread_.join();
  std::vector<Message> left;
  const std::lock_guard lock(mutex_);
  left.swap(inbox_);
}

void SseHub::Attach(DetachedSocket socket, Seat seat, std::vector<Subscription> subscriptions,
                    std::shared_ptr<const void> companion) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  inbox_.push_back(
      Arrival{std::move(socket), std::move(seat), std::move(subscriptions), std::move(companion)});
  if (inbox_.size() == 1) wake_.Signal();
}

void SseHub::Close(uint64_t viewer) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  inbox_.emplace_back(std::in_place_type<Departure>, Departure{viewer});
  if (inbox_.size() == 1) wake_.Signal();
}

void SseHub::Publish(const std::string& kind, const std::string& topic, uint64_t generation,
                     SseFrame frame) {
  const size_t size = frame.data.size();
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return closed_ || inbox_bytes_ < options_.inbox_bytes; });
  if (closed_) return;
  inbox_bytes_ += size;
  inbox_.push_back(Publication{{kind, topic}, generation, std::move(frame)});
  if (inbox_.size() == 1) wake_.Signal();
}

void SseHub::Run() {
  const auto sweep_every =
      absl::ToChronoNanoseconds(std::min(options_.heartbeat, options_.stall_timeout) / 4);
  now_ = std::chrono::steady_clock::now();
  next_sweep_ = now_ + sweep_every;
  std::array<epoll_event, 256> events;
  while (!stopping_.load()) {
    int timeout = -1;
    if (!live_.empty()) {
      timeout = static_cast<int>(std::max<int64_t>(
          0, std::chrono::ceil<std::chrono::milliseconds>(next_sweep_ - now_).count()));
    }
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), timeout);
    now_ = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) {
      if (events[i].data.u64 == kWakeId) {
        wake_.Clear();
        continue;
      }
      const auto found = live_.find(events[i].data.u64);
      if (found == live_.end()) continue;
      Viewer& viewer = *found->second;
      if ((events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
        Drop(viewer);
      } else {
        Write(viewer);
        Gather(viewer);
      }
    }
    TakeMessages();
    now_ = std::chrono::steady_clock::now();
    if (now_ >= next_sweep_) {
      Sweep();
      next_sweep_ = now_ + sweep_every;
    }
    Bury();
  }
  for (auto& [id, viewer] : live_) Drop(*viewer);
  Bury();
}

void SseHub::TakeMessages() {
  std::vector<Message> messages;
  {
    const std::lock_guard lock(mutex_);
    messages.swap(inbox_);
    inbox_bytes_ = 0;
    room_.notify_all();
  }
  std::vector<TopicKey> touched;
  for (Message& message : messages) {
    if (auto* arrival = std::get_if<Arrival>(&message)) {
      Take(std::move(*arrival));
    } else if (const auto* departure = std::get_if<Departure>(&message)) {
      Take(*departure);
    } else {
      auto& publication = std::get<Publication>(message);
      touched.push_back(publication.key);
      Take(std::move(publication));
    }
  }
  for (const TopicKey& key : touched) {
    const auto topic = topics_.find(key);
    if (topic != topics_.end() && topic->second->unserved_bytes > 0) Flush(*topic->second);
  }
}

void SseHub::Take(Publication publication) {
  const auto found = topics_.find(publication.key);
  if (found == topics_.end() || found->second->generation != publication.generation) return;
  Topic& topic = *found->second;
  // Viewers who keep up must have seen what a frame pushes out of the ring.
  if (topic.unserved_bytes > topic.kind.ring_bytes / 2) Flush(topic);
  topic.frames.Append(publication.frame);
  const size_t size = publication.frame.data.size() + 1;
  topic.unserved_bytes += size;
  for (Viewer* viewer : topic.viewers) {
    if (!viewer->blocked || viewer->dead || !viewer->Follows(&topic)) continue;
    viewer->owed += size;
    if (viewer->owed > options_.max_pending_bytes) {
      dropped_.fetch_add(1);
      Drop(*viewer);
    }
  }
}

void SseHub::Take(Arrival arrival) {
  auto viewer = std::make_unique<Viewer>();
  viewer->id = arrival.seat.viewer;
  viewer->fd = std::move(arrival.socket.fd);
  viewer->place = std::move(arrival.seat.place);
  viewer->companion = std::move(arrival.companion);
  viewer->last_write = now_;
  // Spread over a quarter of the age, so that those who came together do not come back together.
  const auto age = absl::ToChronoNanoseconds(options_.max_age);
  viewer->since = now_ - age / 4000 * ((viewer->id * 7919) % 1000);
  const int fd = viewer->fd.get();
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &options_.send_buffer_bytes,
               sizeof(options_.send_buffer_bytes));
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  // A peer that vanished takes nothing, not even heartbeats.
  const auto unacknowledged =
      static_cast<unsigned int>(absl::ToInt64Milliseconds(options_.stall_timeout));
  ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged, sizeof(unacknowledged));
  epoll_event event = {.events = EPOLLRDHUP, .data = {.u64 = viewer->id}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return;

  static const SseWire preamble = std::make_shared<const std::string>(kPreamble);
  Enqueue(*viewer, preamble, /*with_id=*/false);
  for (const Subscription& subscription : arrival.subscriptions) {
    if (kinds_.find(subscription.kind) == kinds_.end()) continue;
    Topic& topic = Join({subscription.kind, subscription.topic},
                        subscription.start.value_or(subscription.cursor));
    if (!topic.viewers.insert(viewer.get()).second) continue;
    viewer->following.push_back({&topic, topic.frames.Join(subscription.cursor), topic.kind.counted,
                                 /*ended=*/false,
                                 /*wants_snapshot=*/!topic.kind.counted});
  }
  Viewer& attached = *viewer;
  live_.emplace(attached.id, std::move(viewer));
  Gather(attached);
}

void SseHub::Take(Departure departure) {
  const auto found = live_.find(departure.viewer);
  if (found != live_.end()) Drop(*found->second);
}

SseHub::Topic& SseHub::Join(const TopicKey& key, uint64_t start) {
  const auto found = topics_.find(key);
  if (found != topics_.end()) return *found->second;
  const SseKind& kind = kinds_.find(key.first)->second;
  const uint64_t generation = next_generation_++;
  Topic& topic =
      *topics_.emplace(key, std::make_unique<Topic>(key, kind, generation, start)).first->second;
  kind.source->Start(key.second, start, generation);
  return topic;
}

void SseHub::Flush(Topic& topic) {
  topic.unserved_bytes = 0;
  for (Viewer* viewer : topic.viewers) Gather(*viewer);
}

// Gives the kernel what the viewer's topics have for it, until one of them has enough.
void SseHub::Gather(Viewer& viewer) {
  while (!viewer.blocked && !viewer.dead) {
    size_t i = 0;
    bool full = false;
    for (; i < viewer.following.size() && !full; ++i) full = GatherFrom(viewer, i);
    if (viewer.out.empty()) return;
    Write(viewer);
  }
}

// Whether a batch is full.
bool SseHub::GatherFrom(Viewer& viewer, size_t subscription) {
  Viewer::Following& following = viewer.following[subscription];
  Topic& topic = *following.topic;
  size_t bytes = 0;
  while (!following.ended) {
    if (viewer.out.size() >= kBatchFrames || bytes >= kBatchBytes) return true;
    SseWire wire;
    if (following.wants_snapshot) {
      following.wants_snapshot = false;
      std::optional<SseFrame> state;
      if (topic.kind.snapshot) state = topic.kind.snapshot(topic.key.second);
      if (state) {
        following.reader = topic.frames.Join(state->end);
        wire = ToWire(state->event, state->data);
        Enqueue(viewer, wire, /*with_id=*/false);
        bytes += wire->size();
        continue;
      }
    }
    switch (topic.frames.Next(following.reader, &wire)) {
      case SseTopic::Step::kNothing:
        return false;
      case SseTopic::Step::kFrame:
        Enqueue(viewer, wire, following.counted);
        bytes += wire->size();
        break;
      case SseTopic::Step::kBehind:
        if (following.counted) {
          const SseFrame frame = topic.kind.behind(topic.key.second, following.reader.cursor);
          Enqueue(viewer, ToWire(frame.event, frame.data), /*with_id=*/false);
          following.ended = true;
        } else {
          following.reader = topic.frames.Join(following.reader.cursor);
          following.wants_snapshot = true;
        }
        break;
    }
  }
  return false;
}

void SseHub::Enqueue(Viewer& viewer, const SseWire& wire, bool with_id) {
  std::string id;
  if (with_id) {
    id = "id: ";
    bool first = true;
    for (const Viewer::Following& following : viewer.following) {
      if (!following.counted) continue;
      absl::StrAppend(&id, first ? "" : ",", following.reader.cursor);
      first = false;
    }
    id += '\n';
  }
  viewer.out.push_back({std::move(id), wire});
}

void SseHub::Write(Viewer& viewer) {
  while (!viewer.out.empty() && !viewer.dead) {
    std::array<iovec, 2 * kBatchFrames + 2> parts;
    size_t count = 0;
    size_t skip = viewer.written;
    const auto add = [&](const std::string& text) {
      const size_t start = std::min(skip, text.size());
      skip -= start;
      if (start == text.size()) return;
      parts[count++] = {const_cast<char*>(text.data()) + start, text.size() - start};
    };
    for (size_t i = 0; i < viewer.out.size() && i < kBatchFrames; ++i) {
      add(viewer.out[i].id);
      add(*viewer.out[i].wire);
    }
    msghdr message = {};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(viewer.fd.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {
        WatchWritable(viewer, true);
      } else {
        Drop(viewer);
      }
      return;
    }
    viewer.last_write = now_;
    viewer.owed = 0;
    viewer.written += static_cast<size_t>(sent);
    while (!viewer.out.empty()) {
      const size_t size = viewer.out.front().id.size() + viewer.out.front().wire->size();
      if (viewer.written < size) break;
      viewer.written -= size;
      viewer.out.pop_front();
    }
  }
  WatchWritable(viewer, false);
}

void SseHub::WatchWritable(Viewer& viewer, bool on) {
  if (viewer.blocked == on || viewer.dead) return;
  viewer.blocked = on;
  const uint32_t writable = on ? uint32_t{EPOLLOUT} : 0;
  epoll_event event = {.events = EPOLLRDHUP | writable, .data = {.u64 = viewer.id}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, viewer.fd.get(), &event);
}

void SseHub::Sweep() {
  static const SseWire heartbeat = std::make_shared<const std::string>(kHeartbeat);
  const auto stall = absl::ToChronoNanoseconds(options_.stall_timeout);
  // A sweep's distance early, so that two heartbeats are never further apart than promised.
  const auto quiet = absl::ToChronoNanoseconds(options_.heartbeat * 3 / 4);
  const auto age = absl::ToChronoNanoseconds(options_.max_age);
  for (auto& [id, viewer] : live_) {
    if (viewer->dead) continue;
    if (now_ - viewer->since >= age) {
      Drop(*viewer);
    } else if (viewer->blocked && now_ - viewer->last_write >= stall) {
      dropped_.fetch_add(1);
      Drop(*viewer);
    } else if (!viewer->blocked && now_ - viewer->last_write >= quiet) {
      Enqueue(*viewer, heartbeat, /*with_id=*/false);
      Write(*viewer);
    }
  }
}

// The viewer stays in the tables, which may be being walked, until Bury().
void SseHub::Drop(Viewer& viewer) {
  if (viewer.dead) return;
  viewer.dead = true;
  viewer.out.clear();
  dead_.push_back(viewer.id);
}

void SseHub::Bury() {
  for (uint64_t id : dead_) {
    const auto found = live_.find(id);
    for (const Viewer::Following& following : found->second->following) {
      Topic& topic = *following.topic;
      topic.viewers.erase(found->second.get());
      if (!topic.viewers.empty()) continue;
      topic.kind.source->Stop(topic.key.second, topic.generation);
      topics_.erase(TopicKey(topic.key));
    }
    live_.erase(found);
  }
  dead_.clear();
}

}  // namespace kozmic::http
