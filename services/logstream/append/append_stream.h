#ifndef KOZMIC_SERVICES_LOGSTREAM_APPEND_STREAM_H_
#define KOZMIC_SERVICES_LOGSTREAM_APPEND_STREAM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/alarm.h"
#include "grpcpp/grpcpp.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"
#include "services/logstream/append/append_buffer.h"
#include "services/logstream/append/byte_budget.h"
#include "services/logstream/limits.h"
#include "services/logstream/open_streams.h"
#include "services/logstream/stream_environment.h"

namespace kozmic {

// One AppendLog call. Bytes go to the live feed as they come, and are committed in batches: at once
// when the stream was quiet, else as soon as the last commit is over and kCommitInterval has passed
// since it began. A whole batch is compressed while the one before it is committed. What was
// received before an error or the end of the stream is still committed.
//
// One chunk is dealt with at a time, the next is read only when there is room for it: so a slow
// store slows the writer down. Keeps itself alive until gRPC is done with it.
class AppendStream final : public grpc::ServerBidiReactor<logstream::v1::AppendLogRequest,
                                                          logstream::v1::AppendLogResponse>,
                           public OpenStream,
                           public std::enable_shared_from_this<AppendStream> {
 public:
  // Not owned.
  static AppendStream* Start(StreamEnvironment& environment, grpc::CallbackServerContext* context);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void Drain() override;

 private:
  AppendStream(StreamEnvironment& environment, grpc::CallbackServerContext* context)
      : environment_(environment), context_(context) {}

  // These run while no read is out, one at a time: `request_` is theirs.
  void Open();
  // The chunk at hand, or the rest of it.
  void TakeChunk(int64_t offset, absl::string_view bytes);
  void TakeAfterComparing(int64_t offset, absl::string_view bytes, size_t in_store);
  void TurnIsOver(const absl::Status& status);

  // Compresses a batch, and commits it unless one before it is being committed.
  void PrepareBatch(int64_t offset, std::string bytes, const TimeMarks& times);
  void CommitBatch(const LogBatch& batch);

  // Runs `task` on the executor; false, and the stream ends, when that is full.
  bool Submit(std::function<void()> task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SubmitTurn(std::function<void()> task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // No more is read; what is buffered is still committed unless `drop`.
  void End(const absl::Status& status, bool drop) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Does whatever can be done next.
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AdvanceCommit() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AdvancePreparation() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetAlarm(absl::Time due) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What is ready is being committed from now on.
  std::shared_ptr<const LogBatch> BeginCommit() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  StreamEnvironment& environment_;
  grpc::CallbackServerContext* const context_;

  logstream::v1::AppendLogRequest request_;
  // Set by Open().
  std::string log_;
  // Of the one turn that there is at a time.
  ByteBudget budget_{kBroadcastBytesPerSecond};

  // Held while a commit is told; before `mutex_`.
  absl::Mutex telling_;
  absl::Mutex mutex_;
  std::shared_ptr<AppendStream> self_ ABSL_GUARDED_BY(mutex_);
  // Absent until the log is open.
  std::optional<AppendBuffer> buffer_ ABSL_GUARDED_BY(mutex_);
  logstream::v1::AppendLogResponse response_ ABSL_GUARDED_BY(mutex_);
  // The last end that was told, -1 before the first.
  int64_t told_ ABSL_GUARDED_BY(mutex_) = -1;
  // When other replicas last heard of a commit.
  absl::Time broadcast_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time commit_begin_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::optional<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mutex_);
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  // A request is being dealt with.
  bool in_turn_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool committing_ ABSL_GUARDED_BY(mutex_) = false;
  // Buffered bytes that are being committed, the first ones; then those of the batch that is being
  // prepared or is ready.
  size_t in_commit_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t preparing_ ABSL_GUARDED_BY(mutex_) = 0;
  // Absent while it is being prepared.
  std::shared_ptr<const LogBatch> ready_ ABSL_GUARDED_BY(mutex_);
  // What is buffered will not be committed.
  bool dropped_ ABSL_GUARDED_BY(mutex_) = false;
  bool alarm_set_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  // With which the stream ends once nothing is left to do.
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_APPEND_STREAM_H_
