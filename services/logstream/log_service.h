#ifndef KOZMIC_SERVICES_LOGSTREAM_LOG_SERVICE_H_
#define KOZMIC_SERVICES_LOGSTREAM_LOG_SERVICE_H_

#include <functional>
#include <utility>

#include "kozmic/logstream/v1/logstream.grpc.pb.h"
#include "lib/rpc/unary.h"
#include "services/logstream/search/log_search.h"
#include "services/logstream/stream_environment.h"

namespace kozmic {

// The rpc face of kozmic.logstream.v1.LogService.
class LogService final : public logstream::v1::LogService::CallbackService {
 public:
  // Not owned. `search_unary` runs searches, which may take seconds. `on_seal` is called after each
  // seal, and must return at once.
  LogService(StreamEnvironment& environment, LogSearch& search, const UnaryRunner& unary,
             const UnaryRunner& search_unary, std::function<void()> on_seal)
      : environment_(environment),
        search_(search),
        on_seal_(std::move(on_seal)),
        unary_(unary),
        search_unary_(search_unary) {}

  grpc::ServerBidiReactor<logstream::v1::AppendLogRequest, logstream::v1::AppendLogResponse>*
  AppendLog(grpc::CallbackServerContext* context) override;
  grpc::ServerWriteReactor<logstream::v1::TailLogResponse>* TailLog(
      grpc::CallbackServerContext* context, const logstream::v1::TailLogRequest* request) override;
  grpc::ServerUnaryReactor* GetLog(grpc::CallbackServerContext* context,
                                   const logstream::v1::GetLogRequest* request,
                                   logstream::v1::Log* response) override;
  grpc::ServerUnaryReactor* ListLogTimes(grpc::CallbackServerContext* context,
                                         const logstream::v1::ListLogTimesRequest* request,
                                         logstream::v1::ListLogTimesResponse* response) override;
  grpc::ServerUnaryReactor* SearchLogs(grpc::CallbackServerContext* context,
                                       const logstream::v1::SearchLogsRequest* request,
                                       logstream::v1::SearchLogsResponse* response) override;
  grpc::ServerUnaryReactor* SealLog(grpc::CallbackServerContext* context,
                                    const logstream::v1::SealLogRequest* request,
                                    logstream::v1::Log* response) override;
  grpc::ServerUnaryReactor* ExpireLogs(grpc::CallbackServerContext* context,
                                       const logstream::v1::ExpireLogsRequest* request,
                                       logstream::v1::ExpireLogsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteLogs(grpc::CallbackServerContext* context,
                                       const logstream::v1::DeleteLogsRequest* request,
                                       logstream::v1::DeleteLogsResponse* response) override;

 private:
  absl::Status Seal(const Caller& caller, const logstream::v1::SealLogRequest& request,
                    logstream::v1::Log* response);

  StreamEnvironment& environment_;
  LogSearch& search_;
  const std::function<void()> on_seal_;
  const UnaryRunner& unary_;
  const UnaryRunner& search_unary_;
};

}  // namespace kozmic

#endif  // KOZMIC_SERVICES_LOGSTREAM_LOG_SERVICE_H_
