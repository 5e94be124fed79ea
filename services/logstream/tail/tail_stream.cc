#include "services/logstream/tail/tail_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/rpc/grpc_status.h"
#include "lib/rpc/unary.h"
#include "lib/status/macros.h"
#include "services/logstream/errors.h"
#include "services/logstream/limits.h"

namespace kozmic {

TailStream::TailStream(StreamEnvironment& environment, grpc::CallbackServerContext* context,
                       const logstream::v1::TailLogRequest& request)
    : environment_(environment),
      context_(context),
      log_(request.log()),
      offset_(request.offset()),
      line_(request.line()),
      follow_(request.follow()),
      window_(request.offset(), kTailWindowBytes) {}

TailStream* TailStream::Start(StreamEnvironment& environment, grpc::CallbackServerContext* context,
                              const logstream::v1::TailLogRequest& request) {
  const auto stream = std::shared_ptr<TailStream>(new TailStream(environment, context, request));
  const absl::Status admitted = environment.tails.Add(stream);
  absl::MutexLock lock(&stream->mutex_);
  stream->self_ = stream;
  if (admitted.ok()) {
    stream->Submit([stream = stream.get()] { stream->Open(); });
  } else {
    stream->End(admitted);
  }
  stream->Advance();
  return stream.get();
}

void TailStream::Open() {
  const absl::Status status = OpenLog();
  absl::MutexLock lock(&mutex_);
  on_executor_ = false;
  if (!status.ok()) End(status);
  Advance();
}

absl::Status TailStream::OpenLog() {
  KOZMIC_RETURN_IF_ERROR(CheckLogName(log_));
  if (offset_ < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("offset: ", offset_, " is before the beginning"));
  }
  if (line_ != 0 && offset_ != 0) {
    return absl::InvalidArgumentError("line: not together with an offset");
  }
  KOZMIC_RETURN_IF_ERROR(environment_.access.MayTail(log_, BearerOf(*context_)));
  // Before the store is asked, so that nothing falls in between.
  if (follow_) environment_.hub.Follow(log_, shared_from_this());
  absl::StatusOr<LogInfo> found = environment_.store.Get(log_);
  if (absl::IsNotFound(found.status())) found = LogInfo{.name = log_};
  KOZMIC_RETURN_IF_ERROR(found.status());
  KOZMIC_ASSIGN_OR_RETURN(const int64_t start, FindStart(*found));

  absl::MutexLock lock(&mutex_);
  window_.BeginAt(start);
  Learn(*found);
  if (!follow_ && !last_) {
    last_ = *found;
    window_.EndAt(found->size);
  }
  response_.set_offset(start);
  response_.set_size(found->size);
  if (!end_) {
    writing_ = true;
    StartWrite(&response_);
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> TailStream::FindStart(const LogInfo& info) const {
  if (line_ == 0) return offset_;
  if (info.removed || info.expired) return 0;
  if (line_ < 0) return FindLineFromEnd(environment_.store, log_, info.size, -line_);
  return FindLine(environment_.store, log_, line_ - 1);
}

void TailStream::OnLive(int64_t offset, absl::string_view bytes) {
  absl::MutexLock lock(&mutex_);
  window_.Offer(offset, bytes);
  Advance();
}

void TailStream::OnStored(const LogInfo& info) {
  absl::MutexLock lock(&mutex_);
  Learn(info);
  Advance();
}

void TailStream::Learn(const LogInfo& info) {
  if (info.removed) return End(UnknownLogError(log_));
  if (info.expired) return End(ExpiredError(log_));
  if (last_) return;
  if (info.sealed) {
    last_ = info;
    // Live bytes beyond it were those of a writer that was lost before they were committed.
    window_.EndAt(info.size);
  } else {
    window_.Stored(info.size);
  }
}

void TailStream::ReadStore(int64_t offset) {
  absl::StatusOr<std::string> bytes = environment_.store.Read(log_, offset, kChunkBytes);
  if (bytes.ok() && bytes->empty()) {
    bytes = absl::DataLossError(absl::StrCat(log_, ": no bytes at ", offset));
  }
  if (absl::IsDataLoss(bytes.status())) {
    const absl::StatusOr<LogInfo> info = environment_.store.Get(log_);
    if (info.ok() && info->removed) bytes = UnknownLogError(log_);
    if (info.ok() && info->expired) bytes = ExpiredError(log_);
  }
  absl::MutexLock lock(&mutex_);
  on_executor_ = false;
  if (!bytes.ok()) {
    End(bytes.status());
  } else if (!end_) {
    std::string wanted = window_.TakeStored(offset, *std::move(bytes));
    const int64_t begin = window_.next() - static_cast<int64_t>(wanted.size());
    if (!wanted.empty()) Send(begin, std::move(wanted));
  }
  Advance();
}

void TailStream::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  writing_ = false;
  if (!ok) End(absl::CancelledError("the caller has gone"));
  Advance();
}

void TailStream::OnCancel() {
  absl::MutexLock lock(&mutex_);
  End(absl::CancelledError("the caller has gone"));
  Advance();
}

void TailStream::Drain() {
  absl::MutexLock lock(&mutex_);
  End(DrainingError());
  Advance();
}

void TailStream::OnDone() {
  environment_.hub.Unfollow(log_, this);
  environment_.tails.Remove(this);
  std::shared_ptr<TailStream> self;
  absl::MutexLock lock(&mutex_);
  self = std::move(self_);
}

void TailStream::Submit(std::function<void()> task) {
  on_executor_ = environment_.executor.Submit([self = self_, task = std::move(task)] { task(); });
  if (!on_executor_) End(absl::ResourceExhaustedError("the server is busy; try again"));
}

void TailStream::End(const absl::Status& status) {
  if (!end_) end_ = status;
}

void TailStream::Send(int64_t offset, std::string bytes) {
  response_.Clear();
  response_.set_offset(offset);
  response_.set_bytes(std::move(bytes));
  writing_ = true;
  StartWrite(&response_);
}

void TailStream::SendLast() {
  response_.Clear();
  response_.set_offset(last_->size);
  response_.set_sealed(last_->sealed);
  response_.set_sha256(last_->sha256);
  finished_ = true;
  StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
}

void TailStream::Advance() {
  if (finished_ || writing_ || on_executor_) return;
  if (end_) {
    finished_ = true;
    LogServerFault("TailLog", *end_);
    Finish(ToGrpc(*end_, *context_));
    return;
  }
  switch (window_.Next()) {
    case TailWindow::Source::kLive: {
      const int64_t offset = window_.next();
      return Send(offset, window_.Take(kChunkBytes));
    }
    case TailWindow::Source::kStore:
      Submit([this, offset = window_.next()] { ReadStore(offset); });
      if (end_) Advance();
      return;
    case TailWindow::Source::kNone:
      if (last_ && window_.next() >= last_->size) SendLast();
      return;
  }
}

}  // namespace kozmic
