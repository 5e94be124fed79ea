#include "services/runner/log/log_uploader.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/base/trace_context.h"
#include "lib/rpc/client.h"

namespace kozmic::runner {
namespace {

using logstream::v1::AppendLogRequest;
using logstream::v1::AppendLogResponse;

// Where processors are short scripts go before: what they write waits in the file meanwhile.
constexpr int kNiceness = 10;
constexpr size_t kChunk = 256 << 10;
// Sent and not yet acknowledged.
constexpr int64_t kMostInFlight = 3 << 20;
// Streams are opened anew so often; the service may be a replica that wants to end.
constexpr absl::Duration kStreamLife = absl::Hours(1);
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(5);
// For a stream that has nothing more to say to end by itself.
constexpr absl::Duration kGoodbye = absl::Seconds(2);

// When the file's bytes before `end` were written, in milliseconds since 1970: exact for the
// newest, the time of reading for those that others follow already.
int64_t WriteTime(int fd, int64_t end) {
  const absl::Time now = absl::Now();
  struct stat status;
  if (fstat(fd, &status) != 0 || status.st_size > end) return absl::ToUnixMillis(now);
  return absl::ToUnixMillis(std::min(now, absl::TimeFromTimespec(status.st_mtim)));
}

bool IsFinal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kResourceExhausted:
      return Reason(status) == "log_limit";
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kPermissionDenied:
      return true;
    default:
      return false;
  }
}

}  // namespace

LogUploader::LogUploader(std::shared_ptr<grpc::Channel> channel, FileWatcher& watcher,
                         Random& random, Options options, std::function<void()> on_failure)
    : options_(std::move(options)),
      on_failure_(std::move(on_failure)),
      stub_(logstream::v1::LogService::NewStub(std::move(channel))),
      random_(random) {
  auto watch = watcher.WatchFile(options_.fd, [this](absl::string_view) {
    absl::MutexLock lock(&mutex_);
    grown_ = true;
  });
  if (watch.ok()) {
    watch_ = *std::move(watch);
  } else {
    // Only the end of the job then makes the bytes go.
    Log(Severity::kError, "a log cannot be watched",
        {{"log", options_.log}, {"error", watch.status()}});
  }
  thread_ = std::thread([this, context = CurrentTrace()] {
    const TraceScope trace(context);
    Run();
  });
}

LogUploader::~LogUploader() {
  watch_.reset();
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    waits_cancelled_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  thread_.join();
}

absl::Status LogUploader::WaitFor(int64_t size, absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  grown_ = true;
  const auto done = [this, size]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return acknowledged_ >= size || !failure_.ok() || waits_cancelled_;
  };
  if (!mutex_.AwaitWithDeadline(absl::Condition(&done), deadline)) {
    return absl::DeadlineExceededError("the log's bytes were not acknowledged in time");
  }
  if (acknowledged_ >= size) return absl::OkStatus();
  if (!failure_.ok()) return failure_;
  return absl::CancelledError("nobody waits for the log any more");
}

void LogUploader::CancelWaits() {
  absl::MutexLock lock(&mutex_);
  waits_cancelled_ = true;
}

int64_t LogUploader::acknowledged() const {
  absl::MutexLock lock(&mutex_);
  return acknowledged_;
}

absl::Status LogUploader::failure() const {
  absl::MutexLock lock(&mutex_);
  return failure_;
}

absl::StatusOr<std::string> LogUploader::Sha256(int64_t size) {
  absl::MutexLock lock(&digest_mutex_);
  std::string chunk(kChunk, '\0');
  while (digest_.size() < size) {
    const auto most = std::min(chunk.size(), static_cast<size_t>(size - digest_.size()));
    const ssize_t got = pread(options_.fd, chunk.data(), most, digest_.size());
    if (got <= 0) return absl::DataLossError("the log's file is shorter than what was stored");
    digest_.Add(digest_.size(), absl::string_view(chunk.data(), static_cast<size_t>(got)));
  }
  if (digest_.size() > size) return absl::FailedPreconditionError("the log has grown");
  return digest_.Hex();
}

void LogUploader::Fail(const absl::Status& status) {
  Log(Severity::kWarning, "a log cannot be continued", {{"log", options_.log}, {"error", status}});
  {
    absl::MutexLock lock(&mutex_);
    failure_ = status;
  }
  on_failure_();
}

void LogUploader::Run() {
  // Of this thread and the reader that it starts.
  if (setpriority(PRIO_PROCESS, 0, kNiceness) != 0) {
    Log(Severity::kWarning, "logs are carried at the scripts' priority",
        {{"error", std::strerror(errno)}});
  }
  int failures = 0;
  while (true) {
    const int64_t before = acknowledged();
    const absl::Status ended = RunStream(Purpose::kCarry);
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
    }
    if (IsFinal(ended)) {
      // The last acknowledgements may not have come: the job's end must name the log's true size.
      RunStream(Purpose::kAsk).IgnoreError();
      return Fail(ended);
    }
    failures = ended.ok() || acknowledged() > before ? 0 : failures + 1;
    if (failures == 1 || failures % 20 == 0) {
      Log(Severity::kWarning, "log stream ended; resuming",
          {{"log", options_.log}, {"error", ended}});
    }
    const absl::Duration pause = Backoff(failures, kFirstPause, kLongestPause, random_);
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), pause)) return;
  }
}

absl::Status LogUploader::RunStream(Purpose purpose) {
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + kStreamLife, options_.token);
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return absl::CancelledError("ending");
    context_ = &context;
  }
  const std::unique_ptr<Stream> stream = stub_->AppendLog(&context);
  AppendLogRequest first;
  first.set_log(options_.log);
  AppendLogResponse reply;
  bool replies_ended = false;
  if (stream->Write(first) && stream->Read(&reply)) {
    const int64_t resume = reply.end_offset();
    {
      absl::MutexLock lock(&mutex_);
      acknowledged_ = std::max(acknowledged_, resume);
      // What an earlier stream read from the file and did not bring home is to be read again.
      grown_ = true;
    }
    absl::Notification readers_done;
    std::thread reader([&] {
      AppendLogResponse next;
      while (stream->Read(&next)) {
        absl::MutexLock lock(&mutex_);
        acknowledged_ = std::max(acknowledged_, next.end_offset());
      }
      {
        absl::MutexLock lock(&mutex_);
        replies_ended = true;
      }
      readers_done.Notify();
    });
    if (purpose == Purpose::kCarry) Send(*stream, resume, replies_ended);
    stream->WritesDone();
    if (!readers_done.WaitForNotificationWithTimeout(kGoodbye)) context.TryCancel();
    reader.join();
  }
  const grpc::Status status = stream->Finish();
  absl::MutexLock lock(&mutex_);
  context_ = nullptr;
  return status.ok() ? absl::OkStatus() : FromGrpc(status, context);
}

void LogUploader::Send(Stream& stream, int64_t offset, const bool& replies_ended) {
  std::string chunk(kChunk, '\0');
  AppendLogRequest request;
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      const auto ready = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stopping_ || replies_ended || (grown_ && offset - acknowledged_ < kMostInFlight);
      };
      mutex_.Await(absl::Condition(&ready));
      if (stopping_ || replies_ended) return;
      grown_ = false;
    }
    const ssize_t got = pread(options_.fd, chunk.data(), chunk.size(), offset);
    if (got <= 0) continue;
    {
      // There may be more; and a write between the read and here would otherwise go unseen.
      absl::MutexLock lock(&mutex_);
      grown_ = true;
    }
    request.Clear();
    request.set_offset(offset);
    request.set_bytes(chunk.data(), static_cast<size_t>(got));
    request.set_write_time_ms(WriteTime(options_.fd, offset + got));
    {
      absl::MutexLock lock(&digest_mutex_);
      digest_.Add(offset, request.bytes());
    }
    if (!stream.Write(request)) return;
    offset += got;
  }
}

}  // namespace kozmic::runner
