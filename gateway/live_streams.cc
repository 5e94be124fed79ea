#include "gateway/live_streams.h"

#include "absl/time/time.h"

namespace kozmic::gateway {

LiveStreams::LiveStreams(const Backends& backends, Random& random,
                         const http::SseHubOptions& options)
    : environment_{timer_, random, backends.service_token, upstreams_},
      hub_(options),
      logs_(*backends.logs, hub_, environment_),
      projects_(*backends.build, hub_, environment_) {
  hub_.AddKind(LogFeed::kKind, {.source = &logs_, .counted = true, .behind = &LogFeed::Behind});
  hub_.AddKind(ProjectFeed::kKind,
               {.source = &projects_, .snapshot = [this](const std::string& topic) {
                  return projects_.Snapshot(topic);
                }});
  hub_.Start();
}

LiveStreams::~LiveStreams() { Stop(); }

void LiveStreams::Stop() {
  hub_.Stop();
  timer_.Stop();
  // Cancelled calls end by themselves; until they have they refer to the hub.
  upstreams_.WaitEmpty(absl::InfiniteDuration());
}

}  // namespace kozmic::gateway
