#ifndef KOZMIC_GATEWAY_LOG_FEED_H_
#define KOZMIC_GATEWAY_LOG_FEED_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "gateway/upstream.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"
#include "lib/http/sse_hub.h"

namespace kozmic::gateway {

// Feeds the hub's log topics ("7/3/1/2"): one TailLog for each, however many watch it, resumed by
// offset whenever it breaks. Cursors are byte offsets.
class LogFeed final : public http::SseSource {
 public:
  static constexpr char kKind[] = "log";

  // Nothing is owned.
  LogFeed(logstream::v1::LogService::Stub& logs, http::SseHub& hub,
          const UpstreamEnvironment& environment)
      : logs_(logs), hub_(hub), environment_(environment) {}

  void Start(const std::string& topic, uint64_t cursor, uint64_t generation) override;
  void Stop(const std::string& topic, uint64_t generation) override;

  // The `log_behind` event.
  static http::SseFrame Behind(const std::string& topic, uint64_t cursor);

 private:
  class Tail;

  logstream::v1::LogService::Stub& logs_;
  http::SseHub& hub_;
  const UpstreamEnvironment& environment_;
  // By generation.
  std::map<uint64_t, std::shared_ptr<Tail>> tails_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_LOG_FEED_H_
