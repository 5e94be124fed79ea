#include "gateway/testing/fake_logs.h"

#include "absl/time/clock.h"
#include "lib/crypto/digest.h"
#include "lib/rpc/grpc_status.h"

namespace kozmic::gateway {
namespace {

// How often a fake that waits looks whether its caller has gone.
constexpr absl::Duration kLook = absl::Milliseconds(10);

// As TailLog counts lines.
size_t LineStart(const std::string& log, int64_t line) {
  std::vector<size_t> starts = {0};
  for (size_t at = 0; at + 1 < log.size(); ++at) {
    if (log[at] == '\n') starts.push_back(at + 1);
  }
  const int64_t index = line > 0 ? line - 1 : static_cast<int64_t>(starts.size()) + line;
  return index < static_cast<int64_t>(starts.size()) ? starts[static_cast<size_t>(index)]
                                                     : log.size();
}

}  // namespace

grpc::Status FakeLogs::GetLog(grpc::ServerContext* context,
                              const logstream::v1::GetLogRequest* request,
                              logstream::v1::Log* response) {
  absl::MutexLock lock(&mutex_);
  const auto found = logs_.find(request->name());
  if (found == logs_.end()) return ToGrpc(absl::NotFoundError("no such log"), *context);
  response->set_name(request->name());
  response->set_size(static_cast<int64_t>(found->second.bytes.size()));
  response->set_sealed(found->second.sealed);
  response->set_expired(found->second.expired);
  if (found->second.sealed) response->set_sha256(Sha256Hex(found->second.bytes));
  return grpc::Status::OK;
}

grpc::Status FakeLogs::TailLog(grpc::ServerContext* context,
                               const logstream::v1::TailLogRequest* request,
                               grpc::ServerWriter<logstream::v1::TailLogResponse>* writer) {
  auto at = static_cast<size_t>(request->offset());
  size_t sent = 0;
  if (request->line() != 0) {
    absl::MutexLock lock(&mutex_);
    at = LineStart(logs_[request->log()].bytes, request->line());
  }
  logstream::v1::TailLogResponse response;
  response.set_offset(static_cast<int64_t>(at));
  writer->Write(response);
  grpc::Status end(grpc::StatusCode::UNAVAILABLE, "draining");
  absl::MutexLock lock(&mutex_);
  const int epoch = epoch_;
  ++begun_;
  ++running_;
  while (!context->IsCancelled() && epoch == epoch_) {
    const Content& content = logs_[request->log()];
    if (break_after_ > 0 && sent >= break_after_) break;
    if (at < content.bytes.size()) {
      response.Clear();
      response.set_offset(static_cast<int64_t>(at));
      response.set_bytes(content.bytes.substr(at, piece_));
      at += response.bytes().size();
      sent += response.bytes().size();
      mutex_.Unlock();
      writer->Write(response);
      mutex_.Lock();
      continue;
    }
    if (content.sealed || !request->follow()) {
      response.Clear();
      response.set_offset(static_cast<int64_t>(content.bytes.size()));
      response.set_sealed(content.sealed);
      if (content.sealed) response.set_sha256(Sha256Hex(content.bytes));
      writer->Write(response);
      end = grpc::Status::OK;
      break;
    }
    mutex_.Unlock();
    absl::SleepFor(kLook);
    mutex_.Lock();
  }
  --running_;
  return end;
}

grpc::Status FakeLogs::ListLogTimes(grpc::ServerContext*, const logstream::v1::ListLogTimesRequest*,
                                    logstream::v1::ListLogTimesResponse* response) {
  absl::MutexLock lock(&mutex_);
  *response = times_;
  return grpc::Status::OK;
}

grpc::Status FakeLogs::SearchLogs(grpc::ServerContext*,
                                  const logstream::v1::SearchLogsRequest* request,
                                  logstream::v1::SearchLogsResponse* response) {
  absl::MutexLock lock(&mutex_);
  searched_ = *request;
  *response = found_;
  return grpc::Status::OK;
}

void FakeLogs::SetFound(const logstream::v1::SearchLogsResponse& found) {
  absl::MutexLock lock(&mutex_);
  found_ = found;
}
logstream::v1::SearchLogsRequest FakeLogs::searched() {
  absl::MutexLock lock(&mutex_);
  return searched_;
}

void FakeLogs::SetTimes(const std::vector<int64_t>& marks, int64_t next_offset) {
  absl::MutexLock lock(&mutex_);
  times_.Clear();
  times_.mutable_marks()->Add(marks.begin(), marks.end());
  times_.set_next_offset(next_offset);
}

void FakeLogs::Append(const std::string& log, const std::string& bytes) {
  absl::MutexLock lock(&mutex_);
  logs_[log].bytes += bytes;
}
void FakeLogs::Seal(const std::string& log) {
  absl::MutexLock lock(&mutex_);
  logs_[log].sealed = true;
}
void FakeLogs::Expire(const std::string& log) {
  absl::MutexLock lock(&mutex_);
  logs_[log].sealed = true;
  logs_[log].expired = true;
}
void FakeLogs::Break() {
  absl::MutexLock lock(&mutex_);
  ++epoch_;
}
void FakeLogs::SetPiece(size_t bytes) {
  absl::MutexLock lock(&mutex_);
  piece_ = bytes;
}
void FakeLogs::BreakAfter(size_t bytes) {
  absl::MutexLock lock(&mutex_);
  break_after_ = bytes;
}
int FakeLogs::begun() {
  absl::MutexLock lock(&mutex_);
  return begun_;
}
int FakeLogs::running() {
  absl::MutexLock lock(&mutex_);
  return running_;
}

}  // namespace kozmic::gateway
