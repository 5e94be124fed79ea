#ifndef KOZMIC_GATEWAY_PROJECT_FEED_H_
#define KOZMIC_GATEWAY_PROJECT_FEED_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "gateway/upstream.h"
#include "kozmic/build/v1/build.grpc.pb.h"
#include "lib/http/sse_hub.h"

namespace kozmic::gateway {

// Feeds the hub's project topics ("7"): one WatchProject for each, however many watch it. Keeps the
// newest builds, so that whoever comes later begins with them. Positions are revisions.
class ProjectFeed final : public http::SseSource {
 public:
  static constexpr char kKind[] = "project";

  // Nothing is owned.
  ProjectFeed(build::v1::BuildService::Stub& builds, http::SseHub& hub,
              const UpstreamEnvironment& environment)
      : builds_(builds), hub_(hub), environment_(environment) {}

  void Start(const std::string& topic, uint64_t cursor, uint64_t generation) override;
  void Stop(const std::string& topic, uint64_t generation) override;

  // The newest builds; nothing before they are known. To be called where Start is.
  std::optional<http::SseFrame> Snapshot(const std::string& topic) const;

 private:
  class Watch;

  build::v1::BuildService::Stub& builds_;
  http::SseHub& hub_;
  const UpstreamEnvironment& environment_;
  std::map<std::string, std::shared_ptr<Watch>> watches_;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_PROJECT_FEED_H_
