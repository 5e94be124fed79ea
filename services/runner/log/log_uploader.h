#ifndef KOZMIC_SERVICES_RUNNER_LOG_LOG_UPLOADER_H_
#define KOZMIC_SERVICES_RUNNER_LOG_LOG_UPLOADER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"
#include "lib/base/random.h"
#include "lib/crypto/prefix_digest.h"
#include "services/runner/log/file_watcher.h"

namespace kozmic::runner {

// Carries the bytes of one growing log file to LogService, from wherever the service's copy ends,
// for as long as it takes. The file is the buffer: nothing that is not acknowledged is forgotten,
// and a service that is slow or away costs no memory and never holds up the script.
// Thread-safe.
class LogUploader {
 public:
  struct Options {
    std::string log;
    std::string token;
    // The file, open for reading; not owned, must outlive this.
    int fd = -1;
  };

  // Starts at once. `on_failure` is called, on another thread, when the log cannot be continued
  // ever: see failure().
  LogUploader(std::shared_ptr<grpc::Channel> channel, FileWatcher& watcher, Random& random,
              Options options, std::function<void()> on_failure);
  // Ends at once; what is not acknowledged by then stays in the file.
  ~LogUploader();

  // Waits until the first `size` bytes are acknowledged. The failure if there is one;
  // DEADLINE_EXCEEDED; CANCELLED after CancelWaits().
  absl::Status WaitFor(int64_t size, absl::Time deadline);
  // Ends WaitFor now and in future.
  void CancelWaits();
  // Everything before it is committed at the service.
  int64_t acknowledged() const;
  // SHA-256, in lower-case hexadecimal, of the file's first `size` bytes; reads what this has not
  // sent. An error when there are not so many.
  absl::StatusOr<std::string> Sha256(int64_t size);
  // Why nothing more can be appended: RESOURCE_EXHAUSTED: the log is at its size limit;
  // DATA_LOSS: the service has other bytes; FAILED_PRECONDITION: it is sealed; and so on. OK while
  // there is hope.
  absl::Status failure() const;

 private:
  using Stream =
      grpc::ClientReaderWriter<logstream::v1::AppendLogRequest, logstream::v1::AppendLogResponse>;

  void Run();
  // Carries bytes until the stream ends; or only learns how many the service has.
  enum class Purpose { kCarry, kAsk };
  absl::Status RunStream(Purpose purpose);
  // Sends what comes until the stream ends or this does.
  void Send(Stream& stream, int64_t offset, const bool& replies_ended);
  void Fail(const absl::Status& status);

  const Options options_;
  const std::function<void()> on_failure_;
  const std::unique_ptr<logstream::v1::LogService::Stub> stub_;
  Random& random_;

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool waits_cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  // The file may have more than was read.
  bool grown_ ABSL_GUARDED_BY(mutex_) = true;
  int64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  // Of the stream at hand.
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;

  absl::Mutex digest_mutex_;
  PrefixDigest digest_ ABSL_GUARDED_BY(digest_mutex_);

  std::unique_ptr<FileWatcher::Watch> watch_;
  std::thread thread_;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_LOG_LOG_UPLOADER_H_
