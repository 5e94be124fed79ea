#include "services/logstream/append/append_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/metrics/metrics.h"
#include "lib/rpc/grpc_status.h"
#include "lib/rpc/unary.h"
#include "lib/status/annotate.h"
#include "services/logstream/errors.h"
#include "services/logstream/limits.h"

namespace kozmic {

AppendStream* AppendStream::Start(StreamEnvironment& environment,
                                  grpc::CallbackServerContext* context) {
  const auto stream = std::shared_ptr<AppendStream>(new AppendStream(environment, context));
  const absl::Status admitted = environment.appends.Add(stream);
  absl::MutexLock lock(&stream->mutex_);
  stream->self_ = stream;
  if (!admitted.ok()) {
    stream->End(admitted, /*drop=*/true);
    stream->Advance();
  } else {
    stream->reading_ = true;
    stream->StartRead(&stream->request_);
  }
  return stream.get();
}

void AppendStream::OnReadDone(bool ok) {
  {
    absl::MutexLock lock(&mutex_);
    reading_ = false;
    if (!ok) End(absl::OkStatus(), /*drop=*/false);
    if (end_) return Advance();
    in_turn_ = true;
    if (!buffer_) return SubmitTurn([this] { Open(); });
  }
  if (!request_.log().empty()) {
    return TurnIsOver(absl::InvalidArgumentError("log: only the first request names it"));
  }
  if (request_.offset() < 0) {
    return TurnIsOver(absl::InvalidArgumentError(
        absl::StrCat("offset: ", request_.offset(), " is before the beginning")));
  }
  if (request_.bytes().size() > kChunkBytes) {
    return TurnIsOver(absl::InvalidArgumentError(absl::StrCat(
        "bytes: ", request_.bytes().size(), " are more than ", kChunkBytes, " in one request")));
  }
  TakeChunk(request_.offset(), request_.bytes());
}

void AppendStream::Open() {
  log_ = request_.log();
  absl::Status status = CheckLogName(log_);
  if (status.ok()) status = environment_.access.MayAppend(log_, BearerOf(*context_));
  if (status.ok() && !request_.bytes().empty()) {
    status = absl::InvalidArgumentError("bytes: the first request carries none");
  }
  LogInfo info;
  if (status.ok()) {
    absl::StatusOr<LogInfo> found = environment_.store.Get(log_);
    if (found.ok()) {
      info = *std::move(found);
      if (info.sealed) status = SealedError(info.size);
      if (info.removed) status = RemovedError(log_);
    } else if (!absl::IsNotFound(found.status())) {
      status = found.status();
    }
  }
  if (status.ok()) {
    absl::MutexLock lock(&mutex_);
    buffer_.emplace(info.size, environment_.max_log_size);
  }
  TurnIsOver(status);
}

void AppendStream::TakeChunk(int64_t offset, absl::string_view bytes) {
  absl::StatusOr<AppendBuffer::Accepted> accepted;
  int64_t committed = 0;
  {
    absl::MutexLock lock(&mutex_);
    committed = buffer_->committed();
    accepted = buffer_->Accept(offset, bytes, request_.write_time_ms());
    if (accepted.ok() && accepted->in_store > 0) {
      return SubmitTurn([this, offset, bytes, in_store = accepted->in_store] {
        TakeAfterComparing(offset, bytes, in_store);
      });
    }
  }
  if (accepted.ok() && accepted->taken > 0) {
    static auto& taken =
        CounterNamed("kozmic_log_bytes_total", "Bytes of logs that were taken from writers.")
            .Add({});
    taken.Increment(static_cast<double>(accepted->taken));
    const size_t known = bytes.size() - accepted->taken;
    environment_.feed.Live(log_, offset + static_cast<int64_t>(known), bytes.substr(known),
                           committed, budget_.Take(bytes.size() - known, absl::Now()));
  }
  TurnIsOver(accepted.status());
}

void AppendStream::TakeAfterComparing(int64_t offset, absl::string_view bytes, size_t in_store) {
  const absl::Status status =
      CompareStored(environment_.store, log_, offset, bytes.substr(0, in_store));
  if (!status.ok()) return TurnIsOver(status);
  TakeChunk(offset + static_cast<int64_t>(in_store), bytes.substr(in_store));
}

void AppendStream::TurnIsOver(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  in_turn_ = false;
  if (!status.ok()) End(status, /*drop=*/false);
  Advance();
}

void AppendStream::PrepareBatch(int64_t offset, std::string bytes, const TimeMarks& times) {
  auto prepared = std::make_shared<const LogBatch>(offset, std::move(bytes), times);
  {
    absl::MutexLock lock(&mutex_);
    if (!dropped_) ready_ = std::move(prepared);
    prepared = committing_ ? nullptr : BeginCommit();
    if (prepared == nullptr) return Advance();
  }
  CommitBatch(*prepared);
}

void AppendStream::CommitBatch(const LogBatch& batch) {
  const absl::Status status = AppendOver(environment_.store, log_, batch);
  // The next commit begins while this is held, so what follows is in the order of commits.
  absl::MutexLock telling(&telling_);
  bool broadcast = false;
  {
    absl::MutexLock lock(&mutex_);
    committing_ = false;
    in_commit_ = 0;
    if (status.ok()) {
      buffer_->Commit(batch.bytes().size());
      // Readers elsewhere that lack some bytes hear of a commit by the live bytes that follow it,
      // or else by this.
      const absl::Time now = absl::Now();
      broadcast = buffer_->size() == 0 || now >= broadcast_ + kBroadcastInterval;
      if (broadcast) broadcast_ = now;
    } else {
      End(status, /*drop=*/true);
    }
    Advance();
  }
  // These bytes were shown before it was seen that they must not be.
  if (Reason(status) == "log_removed") environment_.feed.Clear();
  if (!status.ok()) return;
  environment_.feed.Stored({.name = log_, .size = batch.end()}, broadcast);
  environment_.store.Remember(log_, batch);
}

void AppendStream::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  writing_ = false;
  if (!ok) cancelled_ = true;
  Advance();
}

void AppendStream::OnCancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  End(absl::CancelledError("the caller has gone"), /*drop=*/false);
  Advance();
}

void AppendStream::Drain() {
  absl::MutexLock lock(&mutex_);
  End(DrainingError(), /*drop=*/false);
  Advance();
}

void AppendStream::OnDone() {
  environment_.appends.Remove(this);
  std::shared_ptr<AppendStream> self;
  absl::MutexLock lock(&mutex_);
  self = std::move(self_);
}

bool AppendStream::Submit(std::function<void()> task) {
  if (environment_.executor.Submit([self = self_, task = std::move(task)] { task(); })) return true;
  End(absl::ResourceExhaustedError("the server is busy; try again"), /*drop=*/true);
  return false;
}

void AppendStream::SubmitTurn(std::function<void()> task) {
  if (Submit(std::move(task))) return;
  in_turn_ = false;
  Advance();
}

void AppendStream::End(const absl::Status& status, bool drop) {
  if (!end_ || end_->ok()) end_ = status;
  if (!drop || !buffer_) return;
  dropped_ = true;
  buffer_->Drop();
  ready_ = nullptr;
  preparing_ = 0;
}

void AppendStream::Advance() {
  if (finished_) return;
  if (buffer_ && !writing_ && !cancelled_ && told_ < buffer_->committed()) {
    told_ = buffer_->committed();
    response_.set_end_offset(told_);
    writing_ = true;
    StartWrite(&response_);
  }
  AdvanceCommit();
  if (end_) {
    if (in_turn_ || writing_ || committing_) return;
    if (buffer_ && buffer_->size() > 0 && !dropped_) return;
    finished_ = true;
    LogServerFault("AppendLog", *end_);
    Finish(ToGrpc(*end_, *context_));
    return;
  }
  if (buffer_ && !reading_ && !in_turn_ && buffer_->size() + kChunkBytes <= kAppendBufferBytes) {
    reading_ = true;
    StartRead(&request_);
  }
}

void AppendStream::AdvanceCommit() {
  if (!buffer_ || dropped_) return;
  AdvancePreparation();
  if (ready_ == nullptr || committing_) return;
  const std::shared_ptr<const LogBatch> batch = BeginCommit();
  committing_ = Submit([this, batch] { CommitBatch(*batch); });
}

void AppendStream::AdvancePreparation() {
  if (preparing_ > 0) return;
  const size_t waiting = buffer_->size() - in_commit_;
  if (waiting == 0) return;
  if (waiting < kCommitBytes) {
    // What comes during a commit is one batch.
    if (committing_) return;
    const absl::Time due = commit_begin_ + kCommitInterval;
    if (absl::Now() < due && !end_) return SetAlarm(due);
  }
  const int64_t begin = buffer_->committed() + static_cast<int64_t>(in_commit_);
  const absl::string_view bytes = buffer_->Batch(kCommitBytes, in_commit_);
  preparing_ = bytes.size();
  const bool submitted = Submit([this, begin, bytes = std::string(bytes),
                                 times = buffer_->times().Slice(
                                     begin, begin + static_cast<int64_t>(bytes.size()))]() mutable {
    PrepareBatch(begin, std::move(bytes), times);
  });
  if (!submitted) preparing_ = 0;
}

std::shared_ptr<const LogBatch> AppendStream::BeginCommit() {
  if (ready_ == nullptr) return nullptr;
  committing_ = true;
  in_commit_ = preparing_;
  preparing_ = 0;
  commit_begin_ = absl::Now();
  return std::move(ready_);
}

void AppendStream::SetAlarm(absl::Time due) {
  if (alarm_set_) return;
  alarm_set_ = true;
  // A new one each time: this may run within the last one's callback. It must not own the stream,
  // which owns it.
  alarm_.emplace().Set(absl::ToChronoTime(due), [stream = weak_from_this()](bool) {
    const std::shared_ptr<AppendStream> self = stream.lock();
    if (self == nullptr) return;
    absl::MutexLock lock(&self->mutex_);
    self->alarm_set_ = false;
    self->Advance();
  });
}

}  // namespace kozmic
