#include "services/logstream/log_service.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/log.h"
#include "lib/rpc/resource_name.h"
#include "lib/status/macros.h"
#include "services/logstream/append/append_stream.h"
#include "services/logstream/errors.h"
#include "services/logstream/limits.h"
#include "services/logstream/tail/tail_stream.h"

namespace kozmic {
namespace {

// Lines in one answer of SearchLogs.
constexpr int kMostFound = 1000;
constexpr int kFoundUnlessAsked = 100;

constexpr int kMostExpired = 1000;

void Fill(const LogInfo& info, logstream::v1::Log* log) {
  log->set_name(info.name);
  log->set_size(info.size);
  log->set_sealed(info.sealed);
  log->set_sha256(info.sha256);
  log->set_expired(info.expired);
}

}  // namespace

grpc::ServerBidiReactor<logstream::v1::AppendLogRequest, logstream::v1::AppendLogResponse>*
LogService::AppendLog(grpc::CallbackServerContext* context) {
  return AppendStream::Start(environment_, context);
}

grpc::ServerWriteReactor<logstream::v1::TailLogResponse>* LogService::TailLog(
    grpc::CallbackServerContext* context, const logstream::v1::TailLogRequest* request) {
  return TailStream::Start(environment_, context, *request);
}

grpc::ServerUnaryReactor* LogService::GetLog(grpc::CallbackServerContext* context,
                                             const logstream::v1::GetLogRequest* request,
                                             logstream::v1::Log* response) {
  return unary_.Run(context, "GetLog", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(LogAccess::MayGet(caller));
    KOZMIC_RETURN_IF_ERROR(CheckLogName(request->name()));
    KOZMIC_ASSIGN_OR_RETURN(const LogInfo info, environment_.store.Get(request->name()));
    if (info.removed) return UnknownLogError(request->name());
    Fill(info, response);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* LogService::ListLogTimes(
    grpc::CallbackServerContext* context, const logstream::v1::ListLogTimesRequest* request,
    logstream::v1::ListLogTimesResponse* response) {
  return unary_.Run(context, "ListLogTimes", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(LogAccess::MayGet(caller));
    KOZMIC_RETURN_IF_ERROR(CheckLogName(request->log()));
    if (request->offset() < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("offset: ", request->offset(), " is before the beginning"));
    }
    KOZMIC_ASSIGN_OR_RETURN(
        const LogStore::Times times,
        environment_.store.ReadTimes(request->log(), request->offset(), kMostTimes));
    TimeMark before;
    for (const TimeMark& mark : times.marks.marks()) {
      response->add_marks(mark.offset - before.offset);
      response->add_marks(mark.unix_ms - before.unix_ms);
      before = mark;
    }
    response->set_next_offset(times.next);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* LogService::SearchLogs(grpc::CallbackServerContext* context,
                                                 const logstream::v1::SearchLogsRequest* request,
                                                 logstream::v1::SearchLogsResponse* response) {
  return search_unary_.Run(context, "SearchLogs", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(LogAccess::MayGet(caller));
    int64_t project = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName("projects/{project}", request->project(), {&project}));
    if (request->page_size() < 0 || request->page_size() > kMostFound) {
      return absl::InvalidArgumentError(absl::StrCat("page_size: 0 to ", kMostFound));
    }
    KOZMIC_ASSIGN_OR_RETURN(const LineMatcher matcher,
                            LineMatcher::Create({.pattern = request->pattern(),
                                                 .regex = request->regex(),
                                                 .match_case = request->match_case()}));
    const int most = request->page_size() > 0 ? request->page_size() : kFoundUnlessAsked;
    KOZMIC_ASSIGN_OR_RETURN(LogSearch::Page page,
                            search_.Search(absl::StrCat("logs/", project), matcher,
                                           static_cast<size_t>(most), request->page_token()));
    for (FoundLine& found : page.lines) {
      auto* line = response->add_lines();
      line->set_log(std::move(found.log));
      line->set_number(found.line);
      line->set_offset(found.offset);
      line->set_before(std::move(found.before));
      line->set_match(std::move(found.match));
      line->set_after(std::move(found.after));
    }
    for (std::string& log : page.unreadable) response->add_unreadable_logs(std::move(log));
    response->set_next_page_token(std::move(page.next_token));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* LogService::SealLog(grpc::CallbackServerContext* context,
                                              const logstream::v1::SealLogRequest* request,
                                              logstream::v1::Log* response) {
  return unary_.Run(context, "SealLog",
                    [=, this](const Caller& caller) { return Seal(caller, *request, response); });
}

absl::Status LogService::Seal(const Caller& caller, const logstream::v1::SealLogRequest& request,
                              logstream::v1::Log* response) {
  KOZMIC_RETURN_IF_ERROR(LogAccess::MaySeal(caller));
  KOZMIC_RETURN_IF_ERROR(CheckLogName(request.name()));
  LogStore::SealAs as = {.sha256 = request.sha256()};
  if (!request.at_current_size()) {
    if (request.size() < 0) {
      return absl::InvalidArgumentError(absl::StrCat("size: ", request.size(), " is negative"));
    }
    as.size = request.size();
  }
  KOZMIC_ASSIGN_OR_RETURN(const LogInfo info, environment_.store.Seal(request.name(), as));
  environment_.feed.Stored(info, /*broadcast=*/true);
  on_seal_();
  Log(Severity::kInfo, "log sealed", {{"log", request.name()}, {"size", info.size}});
  Fill(info, response);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* LogService::ExpireLogs(grpc::CallbackServerContext* context,
                                                 const logstream::v1::ExpireLogsRequest* request,
                                                 logstream::v1::ExpireLogsResponse*) {
  return unary_.Run(context, "ExpireLogs", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(LogAccess::MayDelete(caller));
    if (request->names_size() > kMostExpired) {
      return absl::InvalidArgumentError(absl::StrCat("names: at most ", kMostExpired));
    }
    for (const std::string& name : request->names()) {
      KOZMIC_RETURN_IF_ERROR(CheckLogName(name));
      KOZMIC_RETURN_IF_ERROR(environment_.store.Expire(name));
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* LogService::DeleteLogs(grpc::CallbackServerContext* context,
                                                 const logstream::v1::DeleteLogsRequest* request,
                                                 logstream::v1::DeleteLogsResponse* response) {
  return unary_.Run(context, "DeleteLogs", [=, this](const Caller& caller) -> absl::Status {
    KOZMIC_RETURN_IF_ERROR(LogAccess::MayDelete(caller));
    int64_t project = 0;
    KOZMIC_RETURN_IF_ERROR(ParseName("projects/{project}", request->project(), {&project}));
    const absl::Time end = absl::Now() + kRemovalStep;
    bool done = false;
    do {
      KOZMIC_ASSIGN_OR_RETURN(done, environment_.store.RemoveProject(project));
    } while (!done && absl::Now() < end);
    if (done) environment_.feed.Clear();
    response->set_done(done);
    return absl::OkStatus();
  });
}

}  // namespace kozmic
