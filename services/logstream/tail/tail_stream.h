#ifndef KOZMIC_SERVICES_LOGSTREAM_TAIL_STREAM_H_
#define KOZMIC_SERVICES_LOGSTREAM_TAIL_STREAM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"
#include "services/logstream/open_streams.h"
#include "services/logstream/stream_environment.h"
#include "services/logstream/tail/tail_hub.h"
#include "services/logstream/tail/tail_window.h"

namespace kozmic {

// One TailLog call: sends what TailWindow says comes next, one message at a time, so that a slow
// reader holds at most a window and a message. Keeps itself alive until gRPC is done with it.
//
// When a writer was lost between showing bytes and committing them, a reader may be beyond the end
// that the log is then sealed at: the last answer's offset, always the size, tells.
class TailStream final : public grpc::ServerWriteReactor<logstream::v1::TailLogResponse>,
                         public Follower,
                         public OpenStream,
                         public std::enable_shared_from_this<TailStream> {
 public:
  // Not owned.
  static TailStream* Start(StreamEnvironment& environment, grpc::CallbackServerContext* context,
                           const logstream::v1::TailLogRequest& request);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void OnLive(int64_t offset, absl::string_view bytes) override;
  void OnStored(const LogInfo& info) override;
  void Drain() override;

 private:
  TailStream(StreamEnvironment& environment, grpc::CallbackServerContext* context,
             const logstream::v1::TailLogRequest& request);

  // On the executor.
  void Open();
  absl::Status OpenLog();
  // The offset of the line that was asked for.
  absl::StatusOr<int64_t> FindStart(const LogInfo& info) const;
  void ReadStore(int64_t offset);

  void Learn(const LogInfo& info) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Submit(std::function<void()> task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Send(int64_t offset, std::string bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SendLast() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Does whatever can be done next.
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  StreamEnvironment& environment_;
  grpc::CallbackServerContext* const context_;
  const std::string log_;
  const int64_t offset_;
  const int64_t line_;
  const bool follow_;

  absl::Mutex mutex_;
  std::shared_ptr<TailStream> self_ ABSL_GUARDED_BY(mutex_);
  TailWindow window_ ABSL_GUARDED_BY(mutex_);
  logstream::v1::TailLogResponse response_ ABSL_GUARDED_BY(mutex_);
  // The last answer comes once everything before it is sent; absent while that is not known.
  std::optional<LogInfo> last_ ABSL_GUARDED_BY(mutex_);
  // A write is out.
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // A task of this stream is on the executor.
  bool on_executor_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  // With which the stream ends next.
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_TAIL_STREAM_H_
