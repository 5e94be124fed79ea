#ifndef KOZMIC_GATEWAY_TESTING_FAKE_LOGS_H_
#define KOZMIC_GATEWAY_TESTING_FAKE_LOGS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"

namespace kozmic::gateway {

// Logs in memory.
class FakeLogs final : public logstream::v1::LogService::Service {
 public:
  grpc::Status GetLog(grpc::ServerContext* context, const logstream::v1::GetLogRequest* request,
                      logstream::v1::Log* response) override;
  grpc::Status TailLog(grpc::ServerContext* context, const logstream::v1::TailLogRequest* request,
                       grpc::ServerWriter<logstream::v1::TailLogResponse>* writer) override;

  grpc::Status ListLogTimes(grpc::ServerContext* context,
                            const logstream::v1::ListLogTimesRequest* request,
                            logstream::v1::ListLogTimesResponse* response) override;

  grpc::Status SearchLogs(grpc::ServerContext* context,
                          const logstream::v1::SearchLogsRequest* request,
                          logstream::v1::SearchLogsResponse* response) override;

  void Append(const std::string& log, const std::string& bytes);
  void Seal(const std::string& log);
  void Expire(const std::string& log);
  // Of every log.
  void SetTimes(const std::vector<int64_t>& marks, int64_t next_offset);
  // By every search; and what was searched for last.
  void SetFound(const logstream::v1::SearchLogsResponse& found);
  logstream::v1::SearchLogsRequest searched();
  // Ends all tails with UNAVAILABLE.
  void Break();
  // Each tail sends at most so much at a time.
  void SetPiece(size_t bytes);
  // Tails break by themselves after so many bytes; 0: never.
  void BreakAfter(size_t bytes);
  // Begun since the start, and running now.
  int begun();
  int running();

 private:
  struct Content {
    std::string bytes;
    bool sealed = false;
    bool expired = false;
  };
  absl::Mutex mutex_;
  std::map<std::string, Content> logs_ ABSL_GUARDED_BY(mutex_);
  logstream::v1::ListLogTimesResponse times_ ABSL_GUARDED_BY(mutex_);
  logstream::v1::SearchLogsRequest searched_ ABSL_GUARDED_BY(mutex_);
  logstream::v1::SearchLogsResponse found_ ABSL_GUARDED_BY(mutex_);
  int epoch_ ABSL_GUARDED_BY(mutex_) = 0;
  int begun_ ABSL_GUARDED_BY(mutex_) = 0;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t piece_ ABSL_GUARDED_BY(mutex_) = 1000;
  size_t break_after_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_TESTING_FAKE_LOGS_H_
