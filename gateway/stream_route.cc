#include "gateway/stream_route.h"

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/log_feed.h"
#include "gateway/project_feed.h"
#include "gateway/stream_query.h"
#include "lib/rpc/client.h"

namespace kozmic::gateway {
namespace {

absl::Status MayView(const Backends& backends, const std::string& bearer,
                     const std::set<int64_t>& projects) {
  for (int64_t project : projects) {
    project::v1::CheckPermissionRequest request;
    request.set_project(absl::StrCat("projects/", project));
    request.set_permission(project::v1::PERMISSION_VIEW);
    const auto allowed =
        Call(*backends.project, &project::v1::ProjectService::Stub::CheckPermission, request,
             bearer, kCallTimeout);
    if (!allowed.ok()) return allowed.status();
  }
  return absl::OkStatus();
}

}  // namespace

void OpenStream(const Backends& backends, const Sessions& sessions, http::SseHub& hub,
                http::Exchange& exchange) {
  if (sessions.IsForeign(exchange)) {
    return ReplyError(exchange, 403, "foreign_origin", "This stream is for our own pages.");
  }
  const auto session = sessions.Require(exchange);
  if (!session) return;
  const auto query =
      ParseStreamQuery(exchange.target, exchange.request.get_header_value("Last-Event-ID"));
  if (!query.ok()) return ReplyStatus(exchange, query.status());
  std::set<int64_t> projects(query->projects.begin(), query->projects.end());
  for (const StreamQuery::Log& log : query->logs) projects.insert(log.project);
  const absl::Status allowed = MayView(backends, session->token, projects);
  if (absl::IsPermissionDenied(allowed)) return ReplyNotFound(exchange);
  if (!allowed.ok()) return ReplyStatus(exchange, allowed);

  std::vector<http::SseHub::Subscription> subscriptions;
  for (int64_t project : query->projects) {
    subscriptions.push_back({ProjectFeed::kKind, absl::StrCat(project), 0});
  }
  for (const StreamQuery::Log& log : query->logs) {
    subscriptions.push_back({LogFeed::kKind, log.id, log.offset});
  }
  auto place = std::make_shared<http::Admission::Place>(hub.Reserve(exchange.client_ip));
  if (!*place) {
    return ReplyStatus(exchange, absl::ResourceExhaustedError("too many streams"));
  }
  exchange.response.status = 200;
  exchange.response.set_header("Content-Type", "text/event-stream");
  exchange.response.set_header("Cache-Control", "no-store");
  // Proxies must pass events on at once.
  exchange.response.set_header("X-Accel-Buffering", "no");
  exchange.detach = [&hub, place, subscriptions](http::DetachedSocket socket) {
    hub.Attach(std::move(socket), std::move(*place), subscriptions);
  };
}

}  // namespace kozmic::gateway
