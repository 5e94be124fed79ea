#include "gateway/stream_route.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/answer.h"
#include "gateway/log_feed.h"
#include "gateway/permission.h"
#include "gateway/project_feed.h"
#include "gateway/stream_query.h"
#include "lib/rpc/client.h"

namespace kozmic::gateway {
namespace {

// NOT_FOUND unless every log is of an attempt that there is: the call behind a log that will never
// be would wait for ever.
absl::Status CheckLogs(const Backends& backends, const std::string& bearer,
                       const std::vector<StreamQuery::Log>& logs) {
  std::map<std::string, build::v1::Build> builds;
  for (const StreamQuery::Log& log : logs) {
    build::v1::GetBuildRequest request;
    request.set_name(absl::StrCat("projects/", log.project, "/builds/", log.build));
    auto known = builds.find(request.name());
    if (known == builds.end()) {
      auto build = Call(*backends.build, &build::v1::BuildService::Stub::GetBuild, request, bearer,
                        kCallTimeout);
      if (!build.ok()) return build.status();
      known = builds.emplace(request.name(), *std::move(build)).first;
    }
    const auto& jobs = known->second.jobs();
    const auto job = std::find_if(jobs.begin(), jobs.end(),
                                  [&](const auto& one) { return one.number() == log.job; });
    if (job == jobs.end() || log.attempt > job->attempt()) return absl::NotFoundError("no log");
  }
  return absl::OkStatus();
}

// Where a feed for this viewer begins: at most at the end of what is stored. A viewer may be beyond
// it (it saw bytes before they were committed, or made its offset up); who joins later is not.
// NOT_FOUND for a log that is no longer kept.
absl::StatusOr<uint64_t> FeedStart(const Backends& backends, const StreamQuery::Log& log) {
  logstream::v1::GetLogRequest request;
  request.set_name(absl::StrCat("logs/", absl::StrReplaceAll(log.id, {{"/", "-"}})));
  const auto info = Call(*backends.logs, &logstream::v1::LogService::Stub::GetLog, request,
                         backends.service_token, kCallTimeout);
  if (absl::IsNotFound(info.status())) return 0;
  if (!info.ok()) return info.status();
  if (info->expired()) return absl::NotFoundError("the log is no longer kept");
  return std::min(log.offset, static_cast<uint64_t>(info->size()));
}

}  // namespace

void OpenStream(const Backends& backends, const Sessions& sessions, LiveStreams& streams,
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
  absl::Status allowed;
  for (auto project = projects.begin(); allowed.ok() && project != projects.end(); ++project) {
    allowed = MayView(backends, session->token, *project, kCallTimeout);
  }
  if (allowed.ok()) allowed = CheckLogs(backends, session->token, query->logs);
  if (absl::IsPermissionDenied(allowed)) return ReplyNotFound(exchange);
  if (!allowed.ok()) return ReplyStatus(exchange, allowed);

  std::vector<http::SseHub::Subscription> subscriptions;
  for (int64_t project : query->projects) {
    subscriptions.push_back({ProjectFeed::kKind, absl::StrCat(project), 0});
  }
  for (const StreamQuery::Log& log : query->logs) {
    const absl::StatusOr<uint64_t> start = FeedStart(backends, log);
    if (!start.ok()) return ReplyStatus(exchange, start.status());
    subscriptions.push_back({LogFeed::kKind, log.id, log.offset, *start});
  }
  auto seat = std::make_shared<http::SseHub::Seat>(streams.Reserve(exchange.client_ip));
  if (!*seat) return ReplyStatus(exchange, absl::ResourceExhaustedError("too many streams"));
  exchange.response.status = 200;
  exchange.response.set_header("Content-Type", "text/event-stream");
  exchange.response.set_header("Cache-Control", "no-store");
  // Proxies must pass events on at once.
  exchange.response.set_header("X-Accel-Buffering", "no");
  exchange.detach = [&streams, seat, subscriptions, projects,
                     bearer = session->token](http::DetachedSocket socket) {
    streams.Attach(std::move(socket), std::move(*seat), subscriptions, bearer, projects);
  };
}

}  // namespace kozmic::gateway
