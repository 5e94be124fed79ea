#ifndef KOZMIC_LIB_HTTP_SSE_HUB_H_
#define KOZMIC_LIB_HTTP_SSE_HUB_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "lib/http/admission.h"
#include "lib/http/exchange.h"
#include "lib/http/socket.h"
#include "lib/http/sse_topic.h"

namespace kozmic::http {

// Feeds a kind of topics. Called by the hub's thread: must return at once, and must not wait for a
// thread that may be in SseHub::Publish.
class SseSource {
 public:
  virtual ~SseSource() = default;
  // The topic has got its first viewer: publish from `cursor` on, under this generation.
  virtual void Start(const std::string& topic, uint64_t cursor, uint64_t generation) = 0;
  // The topic has lost its last viewer. What is still published under the generation is dropped.
  virtual void Stop(const std::string& topic, uint64_t generation) = 0;
};

// How topics of one kind behave.
struct SseKind {
  // Outlives the hub.
  SseSource* source = nullptr;
  // Of recent frames held for each topic.
  size_t ring_bytes = 256 * 1024;
  // True: cursors count, the event id of each frame lists the viewer's cursors of all counted
  // topics, comma-separated in the order of its subscriptions, and who falls out of the ring gets
  // `behind` and nothing more of this topic.
  // False: frames bring news of a state; who joins late or falls out of the ring gets `snapshot`.
  bool counted = false;
  // The event for a viewer whose next position the ring no longer has. Called by the hub's thread.
  std::function<SseFrame(const std::string& topic, uint64_t cursor)> behind = nullptr;
  // The state now, with its position in `end`; nothing while none has been published. Called by the
  // hub's thread.
  std::function<std::optional<SseFrame>(const std::string& topic)> snapshot = nullptr;
};

struct SseHubOptions {
  // 0: no limit.
  size_t max_viewers = 16384;
  size_t max_viewers_per_ip = 0;
  // A viewer that takes nothing while so much is published for it is dropped,
  size_t max_pending_bytes = 1 << 20;
  // as is one that takes nothing for so long while something waits for it.
  absl::Duration stall_timeout = absl::Seconds(30);
  // A comment is sent when nothing else was for so long.
  absl::Duration heartbeat = absl::Seconds(10);
  // Streams are closed before this age, so that they spread anew over the servers that there are.
  absl::Duration max_age = absl::Hours(12);
  // Cap of the kernel's buffer for each viewer.
  int send_buffer_bytes = 128 * 1024;
  // Of frames published and not yet fanned out; publishers wait beyond.
  size_t inbox_bytes = 8 << 20;
};

// Server-Sent Events to many viewers from one thread: owns sockets detached from a HardenedServer
// after the head of the answer ("Content-Type: text/event-stream") was sent. A viewer follows
// several topics over its one connection. Frames are shared, not copied; a slow viewer skips ahead
// or is dropped and never holds up another. Thread-safe unless said otherwise.
class SseHub {
 public:
  struct Subscription {
    std::string kind;
    std::string topic;
    uint64_t cursor = 0;
    // Where the topic begins if this is its first viewer: at or before the cursor, which a viewer
    // may have made up. Nothing: at the cursor.
    std::optional<uint64_t> start = std::nullopt;
  };

  // A viewer's place, and the number that it is known by from then on. Movable.
  struct Seat {
    uint64_t viewer = 0;
    Admission::Place place;
    explicit operator bool() const { return static_cast<bool>(place); }
  };

  explicit SseHub(const SseHubOptions& options);
  // Stops.
  ~SseHub();
  SseHub(const SseHub&) = delete;
  SseHub& operator=(const SseHub&) = delete;

  // Before Start().
  void AddKind(const std::string& name, SseKind kind);
  void Start();
  // Closes every stream, stops every source, joins. Idempotent.
  void Stop();

  // A seat for one more viewer; empty when there is none. Take it before the answer's head is sent.
  Seat Reserve(const std::string& client_ip) {
    return {next_viewer_.fetch_add(1), admission_.Enter(client_ip)};
  }
  // `companion` is kept for as long as the stream lives, and let go of, possibly by the hub's
  // thread, once it has ended.
  void Attach(DetachedSocket socket, Seat seat, std::vector<Subscription> subscriptions,
              std::shared_ptr<const void> companion = nullptr);
  // Closes one stream, soon; nothing happens when there is no such viewer (any more).
  void Close(uint64_t viewer);

  // To all viewers of the topic. Waits while the inbox is full. A topic's frames come from one
  // thread at a time.
  void Publish(const std::string& kind, const std::string& topic, uint64_t generation,
               SseFrame frame);

  size_t viewers() const { return admission_.count(); }
  // Viewers dropped because they did not read.
  uint64_t dropped() const { return dropped_.load(); }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Topic;
  struct Viewer;
  using TopicKey = std::pair<std::string, std::string>;
  struct Publication {
    TopicKey key;
    uint64_t generation;
    SseFrame frame;
  };
  struct Arrival {
    DetachedSocket socket;
    Seat seat;
    std::vector<Subscription> subscriptions;
    std::shared_ptr<const void> companion;
  };
  struct Departure {
    uint64_t viewer;
  };
  using Message = std::variant<Publication, Arrival, Departure>;

  // All of these on the hub's thread.
  void Run();
  void TakeMessages();
  void Take(Publication publication);
  void Take(Arrival arrival);
  void Take(Departure departure);
  Topic& Join(const TopicKey& key, uint64_t start);
  void Flush(Topic& topic);
  void Gather(Viewer& viewer);
  bool GatherFrom(Viewer& viewer, size_t subscription);
  void Write(Viewer& viewer);
  void Enqueue(Viewer& viewer, const SseWire& wire, bool with_id);
  void WatchWritable(Viewer& viewer, bool on);
  void Sweep();
  void Drop(Viewer& viewer);
  void Bury();

  const SseHubOptions options_;
  Admission admission_;
  std::map<std::string, SseKind> kinds_;
  const UniqueFd epoll_;
  const EventFd wake_;
  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> dropped_{0};
  std::atomic<uint64_t> next_viewer_{1};

  // Of the hub's thread.
  std::map<TopicKey, std::unique_ptr<Topic>> topics_;
  std::unordered_map<uint64_t, std::unique_ptr<Viewer>> live_;
  std::vector<uint64_t> dead_;
  uint64_t next_generation_ = 1;
  Time now_;
  Time next_sweep_;

  std::mutex mutex_;
  std::condition_variable room_;
  // Guarded by mutex_.
  std::vector<Message> inbox_;
  size_t inbox_bytes_ = 0;
  bool closed_ = false;

  std::thread thread_;
};

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_SSE_HUB_H_
