#include "gateway/log_routes.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "gateway/answer.h"
#include "gateway/ask.h"
#include "gateway/json_text.h"
#include "gateway/permission.h"
#include "gateway/query.h"
#include "gateway/resource.h"
#include "gateway/text.h"
#include "lib/rpc/client.h"

namespace kozmic::gateway {
namespace {

using logstream::v1::LogService;

constexpr int64_t kMostFound = 1000;
// Searching takes up to about two seconds by itself.
constexpr absl::Duration kSearchTimeout = absl::Seconds(10);

// The numbers in logs/{project}-{build}-{job}-{attempt}.
struct LogPlace {
  explicit LogPlace(absl::string_view log) {
    const std::vector<absl::string_view> ids = absl::StrSplit(absl::StripPrefix(log, "logs/"), '-');
    const auto id = [&](size_t i) {
      return i < ids.size() ? ParseNumber(ids[i], 1).value_or(0) : int64_t{0};
    };
    build = id(1);
    job = id(2);
    attempt = id(3);
  }

  int64_t build;
  int64_t job;
  int64_t attempt;
};

JsonText ToJson(const LogPlace& place) {
  return JsonObject({{"build", place.build}, {"job", place.job}, {"attempt", place.attempt}});
}

JsonText ToJson(const logstream::v1::SearchLogsResponse::Line& line) {
  const LogPlace place(line.log());
  return JsonObject({{"build", place.build},
                     {"job", place.job},
                     {"attempt", place.attempt},
                     {"line", line.number()},
                     {"offset", line.offset()},
                     {"before", line.before()},
                     {"match", line.match()},
                     {"after", line.after()}});
}

}  // namespace

void LogRoutes::AddTo(http::HardenedServer& server) const {
  const std::string log = "/api/v1/projects/{project}/builds/{number}/jobs/{job}/log";
  server.Route("GET", log, [this](http::Exchange& exchange) { Read(exchange); });
  server.Route("GET", absl::StrCat(log, "/times"),
               [this](http::Exchange& exchange) { Times(exchange); });
  server.Route("GET", "/api/v1/projects/{project}/logs/search",
               [this](http::Exchange& exchange) { Search(exchange); });
}

std::optional<std::string> LogRoutes::LogName(http::Exchange& exchange,
                                              const std::string& session) const {
  const auto name = BuildName(exchange);
  const auto job_number = ParseNumber(exchange.Variable("job"), 1);
  std::optional<int64_t> attempt;
  if (!name || !job_number) {
    ReplyNotFound(exchange);
    return std::nullopt;
  }
  if (!ReadNumber(exchange, "attempt", 1, INT32_MAX, &attempt)) return std::nullopt;
  // As the user: whether they may see it is decided by who knows.
  build::v1::GetBuildRequest request;
  request.set_name(*name);
  const auto build =
      Ask(exchange, *backends_.build, &build::v1::BuildService::Stub::GetBuild, request, session);
  if (!build) return std::nullopt;
  const auto job = std::find_if(build->jobs().begin(), build->jobs().end(),
                                [&](const auto& one) { return one.number() == *job_number; });
  if (job == build->jobs().end() || attempt.value_or(1) > job->attempt()) {
    ReplyNotFound(exchange);
    return std::nullopt;
  }
  return absl::StrCat("logs/", exchange.Variable("project"), "-", build->number(), "-", *job_number,
                      "-", attempt.value_or(job->attempt()));
}

void LogRoutes::Read(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  std::optional<int64_t> offset, line, lines_from_end;
  bool follow = false;
  if (!ReadNumber(exchange, "offset", 0, INT64_MAX, &offset) ||
      !ReadNumber(exchange, "line", 1, INT64_MAX, &line) ||
      !ReadNumber(exchange, "tail", 1, INT64_MAX, &lines_from_end) ||
      !ReadFlag(exchange, "follow", &follow)) {
    return;
  }
  if (offset.has_value() + line.has_value() + lines_from_end.has_value() > 1) {
    return ReplyStatus(exchange, absl::InvalidArgumentError("only one of offset, line and tail"));
  }
  const auto log = LogName(exchange, session->token);
  if (!log) return;
  const LogDownload download = {.log = *log,
                                .offset = offset.value_or(0),
                                .line = lines_from_end ? -*lines_from_end : line.value_or(0)};
  if (follow && Follow(download, session->token, exchange)) return;
  DownloadLog(backends_, download, downloads_, session->token, exchange);
}

bool LogRoutes::Follow(const LogDownload& download, const std::string& session,
                       http::Exchange& exchange) const {
  // The chunked coding is newer.
  if (exchange.request.method == "HEAD" || exchange.request.version == "HTTP/1.0") return false;
  logstream::v1::GetLogRequest request;
  request.set_name(download.log);
  const auto info = Call(*backends_.logs, &LogService::Stub::GetLog, request,
                         backends_.service_token, kCallTimeout);
  if (!info.ok() && !absl::IsNotFound(info.status())) {
    ReplyStatus(exchange, info.status());
    return true;
  }
  if (info.ok() && info->sealed()) return false;
  auto seat = std::make_shared<LiveStreams::FollowerSeat>(
      streams_.ReserveFollower(session, exchange.client_ip));
  if (!*seat) {
    exchange.response.set_header("Retry-After", "10");
    ReplyError(exchange, 503, "too_many_downloads",
               "Too many logs are being followed at once. Try again in a moment.");
    return true;
  }
  int64_t offset = download.offset;
  if (download.line != 0) {
    const auto found = FindLine(backends_, download.log, download.line);
    if (!found.ok()) {
      ReplyStatus(exchange, found.status());
      return true;
    }
    offset = *found;
  }
  exchange.response.status = 200;
  exchange.response.set_header("Content-Type", "text/plain; charset=utf-8");
  exchange.response.set_header("Cache-Control", "no-store");
  exchange.response.set_header("Transfer-Encoding", "chunked");
  exchange.response.set_header("X-Accel-Buffering", "no");
  exchange.response.set_header("Kozmic-Log-Offset", absl::StrCat(offset));
  const auto project = ParseNumber(exchange.Variable("project"), 1);
  exchange.detach = [this, seat, log = download.log, offset, session,
                     project](http::DetachedSocket socket) {
    streams_.Follow(std::move(socket), std::move(*seat), log, offset, session, *project);
  };
  return true;
}

void LogRoutes::Times(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  std::optional<int64_t> offset;
  if (!ReadNumber(exchange, "offset", 0, INT64_MAX, &offset)) return;
  const auto log = LogName(exchange, session->token);
  if (!log) return;
  logstream::v1::ListLogTimesRequest request;
  request.set_log(*log);
  request.set_offset(offset.value_or(0));
  const auto times = Ask(exchange, *backends_.logs, &LogService::Stub::ListLogTimes, request,
                         backends_.service_token);
  if (!times) return;
  Reply(exchange, 200,
        JsonObject(
            {{"marks", JsonArrayOf(times->marks(), [](int64_t mark) { return JsonValue(mark); })},
             {"next_offset", JsonValue(times->next_offset())}}));
}

void LogRoutes::Search(http::Exchange& exchange) const {
  const auto session = sessions_.Require(exchange);
  if (!session) return;
  const auto project = ParseNumber(exchange.Variable("project"), 1);
  if (!project) return ReplyNotFound(exchange);
  logstream::v1::SearchLogsRequest request;
  request.set_project(absl::StrCat("projects/", *project));
  std::optional<int64_t> limit;
  bool regex = false;
  bool match_case = false;
  if (!ReadText(exchange, "q", request.mutable_pattern()) ||
      !ReadText(exchange, "page_token", request.mutable_page_token()) ||
      !ReadFlag(exchange, "regex", &regex) || !ReadFlag(exchange, "match_case", &match_case) ||
      !ReadNumber(exchange, "limit", 1, kMostFound, &limit)) {
    return;
  }
  request.set_regex(regex);
  request.set_match_case(match_case);
  request.set_page_size(static_cast<int32_t>(limit.value_or(0)));
  const absl::Status allowed = MayView(backends_, session->token, *project, kCallTimeout);
  if (absl::IsPermissionDenied(allowed)) return ReplyNotFound(exchange);
  if (!allowed.ok()) return ReplyStatus(exchange, allowed);
  const http::Admission::Place place = searches_.Enter(session->token);
  if (!place) {
    return ReplyBusy(exchange, "too_many_searches",
                     "Too many searches are under way. Try again in a moment.");
  }
  const auto found = Ask(exchange, *backends_.logs, &LogService::Stub::SearchLogs, request,
                         backends_.service_token, {.timeout = kSearchTimeout});
  if (!found) return;
  const std::string& next = found->next_page_token();
  Reply(
      exchange, 200,
      JsonObject(
          {{"lines", JsonArrayOf(found->lines(), [](const auto& one) { return ToJson(one); })},
           {"unreadable_logs", JsonArrayOf(found->unreadable_logs(),
                                           [](const auto& log) { return ToJson(LogPlace(log)); })},
           {"next_page_token", next.empty() ? JsonValue(nullptr) : JsonValue(next)}}));
}

}  // namespace kozmic::gateway
