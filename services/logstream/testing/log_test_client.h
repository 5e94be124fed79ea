#ifndef KOZMIC_SERVICES_LOGSTREAM_LOG_TEST_CLIENT_H_
#define KOZMIC_SERVICES_LOGSTREAM_LOG_TEST_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"

namespace kozmic {

// So long a test waits for what must come.
inline constexpr absl::Duration kTestDeadline = absl::Seconds(60);

// One AppendLog call.
class TestAppend {
 public:
  TestAppend(const std::string& address, const std::string& log, const std::string& token);
  ~TestAppend();

  // The next acknowledged end; nullopt when the call is over.
  std::optional<int64_t> ReadAck();
  // Reads until `end` is acknowledged; false when the call ends before.
  bool AwaitAck(int64_t end);
  // False when the call is over.
  bool Send(int64_t offset, const std::string& bytes, int64_t write_time_ms = 0);
  void HalfClose() { stream_->WritesDone(); }
  void Cancel() { context_.TryCancel(); }
  // The call's status; reads what is left.
  absl::Status Finish();

 private:
  std::unique_ptr<logstream::v1::LogService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<logstream::v1::AppendLogRequest, logstream::v1::AppendLogResponse>>
      stream_;
  bool finished_ = false;
};

// A writer as runners are: sends `bytes` until all are acknowledged, in chunks of random size,
// beginning up to a few bytes before what is acknowledged, and comes again whenever the call ends;
// also ends it by itself now and then. `address` gives the replica for each call. Checks that
// nothing acknowledged is ever lost.
absl::Status WriteLog(const std::function<std::string()>& address, const std::string& log,
                      const std::string& token, const std::string& bytes, uint32_t seed);

// A reader as gateways are: follows a log, comes again from the last offset when the call ends,
// until the log's end. Checks that each answer goes on exactly where the last one ended.
class TestReader {
 public:
  TestReader(std::function<std::string()> address, std::string log, std::string token,
             int64_t offset = 0);
  ~TestReader();

  // Waits until the reader is there, which may see live bytes from now on.
  bool AwaitFollowing();
  // Waits for so many bytes.
  bool AwaitBytes(size_t size, absl::Duration timeout = kTestDeadline);
  bool AwaitSealed();
  // The fault, once there is one; OK when none came.
  absl::Status AwaitFault();

  std::string bytes() const;
  std::string sha256() const;
  // The first thing that was not as it must be.
  absl::Status fault() const;

 private:
  void Run();
  // One call; true when the log has ended.
  bool Tail();

  const std::function<std::string()> address_;
  const std::string log_;
  const std::string token_;
  const int64_t begin_;
  mutable absl::Mutex mutex_;
  std::string bytes_ ABSL_GUARDED_BY(mutex_);
  std::string sha256_ ABSL_GUARDED_BY(mutex_);
  absl::Status fault_ ABSL_GUARDED_BY(mutex_);
  bool following_ ABSL_GUARDED_BY(mutex_) = false;
  bool sealed_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::thread thread_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_LOG_TEST_CLIENT_H_
