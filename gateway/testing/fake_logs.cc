#include "gateway/testing/fake_logs.h"

#include "absl/time/clock.h"
#include "lib/rpc/grpc_status.h"

namespace kozmic::gateway {
namespace {

// How often a fake that waits looks whether its caller has gone.
constexpr absl::Duration kLook = absl::Milliseconds(10);

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
  return grpc::Status::OK;
}

grpc::Status FakeLogs::TailLog(grpc::ServerContext* context,
                               const logstream::v1::TailLogRequest* request,
                               grpc::ServerWriter<logstream::v1::TailLogResponse>* writer) {
  auto at = static_cast<size_t>(request->offset());
  size_t sent = 0;
  logstream::v1::TailLogResponse response;
  response.set_offset(request->offset());
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
      if (content.sealed) response.set_sha256("abc123");
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

void FakeLogs::Append(const std::string& log, const std::string& bytes) {
  absl::MutexLock lock(&mutex_);
  logs_[log].bytes += bytes;
}
void FakeLogs::Seal(const std::string& log) {
  absl::MutexLock lock(&mutex_);
  logs_[log].sealed = true;
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
