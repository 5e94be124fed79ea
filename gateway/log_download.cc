#include "gateway/log_download.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/answer.h"
#include "lib/rpc/client.h"
#include "lib/rpc/grpc_status.h"

namespace kozmic::gateway {
namespace {

using logstream::v1::TailLogResponse;

constexpr absl::Duration kReadTimeout = absl::Minutes(10);
constexpr char kType[] = "text/plain; charset=utf-8";

// One call of TailLog, read as the client takes the bytes.
class LogReader {
 public:
  LogReader(const Backends& backends, const std::string& log, int64_t offset) {
    logstream::v1::TailLogRequest request;
    request.set_log(log);
    request.set_offset(offset);
    PrepareCall(context_, absl::Now() + kReadTimeout, backends.service_token);
    reader_ = backends.logs->TailLog(&context_, request);
  }
  ~LogReader() {
    context_.TryCancel();
    if (!finished_) reader_->Finish();
  }

  // The first answer: tells that the log can be read.
  absl::Status Open() {
    if (reader_->Read(&message_)) return absl::OkStatus();
    finished_ = true;
    const grpc::Status status = reader_->Finish();
    return status.ok() ? absl::DataLossError("the log ended before it began")
                       : FromGrpc(status, context_);
  }

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
  bool finished_ = false;
};

}  // namespace

void DownloadLog(const Backends& backends, const std::string& log, int64_t offset,
                 http::Admission& downloads, const std::string& session, http::Exchange& exchange) {
  logstream::v1::GetLogRequest request;
  request.set_name(log);
  auto info = Call(*backends.logs, &logstream::v1::LogService::Stub::GetLog, request,
                   backends.service_token, kCallTimeout);
  // A job that has just begun has a log without a byte.
  if (absl::IsNotFound(info.status())) info = logstream::v1::Log();
  if (!info.ok()) return ReplyStatus(exchange, info.status());

  httplib::Response& response = exchange.response;
  const int64_t length = std::max<int64_t>(0, info->size() - offset);
  std::shared_ptr<LogReader> reader;
  std::shared_ptr<http::Admission::Place> place;
  if (length > 0 && exchange.request.method != "HEAD") {
    place = std::make_shared<http::Admission::Place>(downloads.Enter(session));
    if (!*place) {
      response.set_header("Retry-After", "1");
      return ReplyError(exchange, 503, "too_many_downloads",
                        "Too many logs are being loaded at once. Try again in a moment.");
    }
    reader = std::make_shared<LogReader>(backends, log, offset);
    const absl::Status status = reader->Open();
    if (!status.ok()) return ReplyStatus(exchange, status);
  }
  response.status = 200;
  response.set_header("Cache-Control", "no-store");
  response.set_header("Kozmic-Log-Offset", absl::StrCat(offset));
  response.set_header("Kozmic-Log-Size", absl::StrCat(info->size()));
  if (info->sealed()) response.set_header("Kozmic-Log-Sealed", "true");
  if (length == 0) {
    response.set_header("Content-Type", kType);
    return;
  }
  response.set_content_provider(
      static_cast<size_t>(length), kType,
      [reader, place, offset](size_t done, size_t left, httplib::DataSink& sink) {
        return reader->WriteSome(offset + static_cast<int64_t>(done), left, sink);
      });
}

}  // namespace kozmic::gateway
