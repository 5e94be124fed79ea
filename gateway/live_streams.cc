#include "gateway/live_streams.h"

#include <utility>

#include "absl/time/time.h"
#include "gateway/permission.h"

namespace kozmic::gateway {
namespace {

// Of one question whether a stream is still allowed; nobody waits for the answer.
constexpr absl::Duration kCheckTimeout = absl::Seconds(2);

}  // namespace

LiveStreams::LiveStreams(const Backends& backends, const Authenticator& authenticator,
                         const Clock& clock, Random& random, const LiveStreamsOptions& options)
    : environment_{timer_, random, backends.service_token, upstreams_},
      guard_({.authenticator = authenticator,
              .clock = clock,
              .random = random,
              .may_view =
                  [&backends](const std::string& bearer, int64_t project) {
                    return MayView(backends, bearer, project, kCheckTimeout);
                  },
              .close =
                  [this](uint64_t viewer) {
                    hub_.Close(viewer);
                    followers_.Close(viewer);
                  }},
             options.guard),
      hub_(options.hub),
      followers_(backends, random),
      logs_(*backends.logs, hub_, environment_),
      projects_(*backends.build, hub_, environment_) {
  hub_.AddKind(LogFeed::kKind, {.source = &logs_, .counted = true, .behind = &LogFeed::Behind});
  hub_.AddKind(ProjectFeed::kKind,
               {.source = &projects_, .snapshot = [this](const std::string& topic) {
                  return projects_.Snapshot(topic);
                }});
  hub_.Start();
  guard_.Start();
}

LiveStreams::~LiveStreams() { Stop(); }

void LiveStreams::Attach(http::DetachedSocket socket, http::SseHub::Seat seat,
                         std::vector<http::SseHub::Subscription> subscriptions,
                         const std::string& bearer, std::set<int64_t> projects) {
  auto watched = guard_.Watch(seat.viewer, bearer, std::move(projects));
  hub_.Attach(std::move(socket), std::move(seat), std::move(subscriptions), std::move(watched));
}

void LiveStreams::Follow(http::DetachedSocket socket, FollowerSeat seat, const std::string& log,
                         int64_t offset, const std::string& bearer, int64_t project) {
  struct Companion {
    std::shared_ptr<const void> watched;
    http::SseHub::Seat seat;
  };
  const uint64_t viewer = seat.stream.viewer;
  auto companion = std::make_shared<Companion>(
      Companion{guard_.Watch(viewer, bearer, {project}), std::move(seat.stream)});
  followers_.Follow(std::move(socket), std::move(seat.follower), viewer, log, offset,
                    std::move(companion));
}

void LiveStreams::Stop() {
  guard_.Stop();
  hub_.Stop();
  followers_.Stop();
  timer_.Stop();
  // Cancelled calls end by themselves; until they have they refer to the hub.
  upstreams_.WaitEmpty(absl::InfiniteDuration());
}

}  // namespace kozmic::gateway
