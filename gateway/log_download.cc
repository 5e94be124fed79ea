#include "gateway/log_download.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "gateway/byte_range.h"
#include "lib/http/negotiation.h"
#include "lib/rpc/client.h"
#include "lib/rpc/grpc_status.h"
#include "lib/status/macros.h"

namespace kozmic::gateway {
namespace {

using logstream::v1::TailLogResponse;

constexpr absl::Duration kReadTimeout = absl::Minutes(10);
constexpr char kType[] = "text/plain; charset=utf-8";

// One call of TailLog, read as the client takes the bytes.
class LogReader {
 public:
  struct From {
    int64_t offset = 0;
    int64_t line = 0;
  };
  LogReader(const Backends& backends, const std::string& log, const From& from) {
    logstream::v1::TailLogRequest request;
    request.set_log(log);
    request.set_offset(from.offset);
    request.set_line(from.line);
    PrepareCall(context_, absl::Now() + kReadTimeout, backends.service_token);
    reader_ = backends.logs->TailLog(&context_, request);
  }
  ~LogReader() {
    context_.TryCancel();
    if (!finished_) reader_->Finish();
  }

  // The first answer: tells that the log can be read.
  absl::Status Open() {
    if (reader_->Read(&message_)) {
      begin_ = message_.offset();
      return absl::OkStatus();
    }
    finished_ = true;
    const grpc::Status status = reader_->Finish();
    return status.ok() ? absl::DataLossError("the log ended before it began")
                       : FromGrpc(status, context_);
  }

  // Where it begins, once it is open.
  int64_t begin() const { return begin_; }

  // Writes some of the bytes [from, from + most). False when there are none to be had.
  bool WriteSome(int64_t from, size_t most, httplib::DataSink& sink) {
    for (;;) {
      const int64_t begin = message_.offset();
      const auto end = begin + static_cast<int64_t>(message_.bytes().size());
      if (begin <= from && from < end) {
        const auto skip = static_cast<size_t>(from - begin);
        return sink.write(message_.bytes().data() + skip,
                          std::min(most, message_.bytes().size() - skip));
      }
      if (!message_.bytes().empty() && begin > from) return false;
      if (!reader_->Read(&message_)) return false;
    }
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<TailLogResponse>> reader_;
  TailLogResponse message_;
  int64_t begin_ = 0;
  bool finished_ = false;
};

}  // namespace

absl::StatusOr<int64_t> FindLine(const Backends& backends, const std::string& log, int64_t line) {
  LogReader reader(backends, log, {.line = line});
  KOZMIC_RETURN_IF_ERROR(reader.Open());
  return reader.begin();
}

void DownloadLog(const Backends& backends, const LogDownload& download, http::Admission& downloads,
                 const std::string& session, http::Exchange& exchange) {
  const std::string& log = download.log;
  logstream::v1::GetLogRequest request;
  request.set_name(log);
  auto info = Call(*backends.logs, &logstream::v1::LogService::Stub::GetLog, request,
                   backends.service_token, kCallTimeout);
  // A job that has just begun has a log without a byte.
  if (absl::IsNotFound(info.status())) info = logstream::v1::Log();
  if (!info.ok()) return ReplyStatus(exchange, info.status());

  if (info->expired()) {
    return ReplyError(
        exchange, 410, "log_expired",
        "This log is no longer kept: the project's settings say for how long logs are.");
  }
  http::Admission::Place place = downloads.Enter(session);
  if (!place) {
    return ReplyBusy(exchange, "too_many_downloads",
                     "Too many logs are being loaded at once. Try again in a moment.");
  }
  int64_t offset = download.offset;
  if (download.line != 0) {
    const absl::StatusOr<int64_t> found = FindLine(backends, log, download.line);
    if (!found.ok()) return ReplyStatus(exchange, found.status());
    offset = *found;
  }
  httplib::Response& response = exchange.response;
  response.set_header("Cache-Control", info->sealed() ? "private, no-cache" : "no-store");
  response.set_header("Accept-Ranges", "bytes");
  response.set_header("Kozmic-Log-Offset", absl::StrCat(offset));
  response.set_header("Kozmic-Log-Size", absl::StrCat(info->size()));
  const std::string etag = absl::StrCat("\"", info->sha256(), "\"");
  if (info->sealed()) {
    response.set_header("Kozmic-Log-Sealed", "true");
    response.set_header("Kozmic-Log-Sha256", info->sha256());
    response.set_header("ETag", etag);
    if (http::MatchesEtag(exchange.request.get_header_value("If-None-Match"), etag)) {
      response.status = 304;
      return;
    }
  }

  ByteRange part = {.begin = 0, .end = std::max<int64_t>(0, info->size() - offset)};
  response.status = 200;
  const std::string& condition = exchange.if_range;
  if (condition.empty() || (info->sealed() && condition == etag)) {
    if (const auto range = ParseRange(exchange.range, part.end)) {
      // A log that grows has no size yet.
      const std::string whole = info->sealed() ? absl::StrCat(part.end) : "*";
      if (range->size() == 0) {
        response.set_header("Content-Range", absl::StrCat("bytes */", whole));
        return ReplyError(exchange, 416, "no_such_bytes", "The log has no such bytes (yet).");
      }
      part = *range;
      response.status = 206;
      response.set_header("Content-Range",
                          absl::StrCat("bytes ", part.begin, "-", part.end - 1, "/", whole));
    }
  }
  if (part.size() == 0) {
    response.set_header("Content-Type", kType);
    return;
  }
  std::shared_ptr<LogReader> reader;
  const int64_t begin = offset + part.begin;
  if (exchange.request.method != "HEAD") {
    reader = std::make_shared<LogReader>(backends, log, LogReader::From{.offset = begin});
    const absl::Status status = reader->Open();
    if (!status.ok()) return ReplyStatus(exchange, status);
  }
  response.set_content_provider(
      static_cast<size_t>(part.size()), kType,
      [reader, place = std::make_shared<http::Admission::Place>(std::move(place)), begin](
          size_t done, size_t left, httplib::DataSink& sink) {
        return reader->WriteSome(begin + static_cast<int64_t>(done), left, sink);
      });
}

}  // namespace kozmic::gateway
