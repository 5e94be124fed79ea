#ifndef KOZMIC_SERVICES_RUNNER_LOCAL_ONE_JOB_SERVICES_H_
#define KOZMIC_SERVICES_RUNNER_LOCAL_ONE_JOB_SERVICES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"
#include "kozmic/runner/v1/runner.grpc.pb.h"

namespace kozmic::runner {

// To a runner in the same process what the build service is: has one job for it, and waits for its
// end. Thread-safe.
class OneJobBuild final : public v1::RunnerService::Service {
 public:
  // `token`: of the runner. `number`: of the build; another each time, so that nothing of an
  // earlier one is taken for this one's. `checkout`: where the commit is, and the job's secrets.
  OneJobBuild(absl::string_view token, int64_t number, const v1::JobSpec& spec,
              const v1::IssueCheckoutResponse& checkout);

  // Blocks until the job has ended.
  v1::FinishJobRequest WaitForEnd();
  // The script is to end. Returns at once.
  void Cancel();
  // Ends calls that wait. Before the server is stopped.
  void Close();

  grpc::Status OpenSession(grpc::ServerContext* context, const v1::OpenSessionRequest* request,
                           v1::OpenSessionResponse* response) override;
  grpc::Status LeaseJob(grpc::ServerContext* context, const v1::LeaseJobRequest* request,
                        v1::LeaseJobResponse* response) override;
  grpc::Status RenewLeases(grpc::ServerContext* context, const v1::RenewLeasesRequest* request,
                           v1::RenewLeasesResponse* response) override;
  grpc::Status WatchSession(grpc::ServerContext* context, const v1::WatchSessionRequest* request,
                            grpc::ServerWriter<v1::WatchSessionResponse>* stream) override;
  grpc::Status IssueCheckout(grpc::ServerContext* context, const v1::IssueCheckoutRequest* request,
                             v1::IssueCheckoutResponse* response) override;
  grpc::Status FinishJob(grpc::ServerContext* context, const v1::FinishJobRequest* request,
                         v1::FinishJobResponse* response) override;

 private:
  // Whether the runner calls: others on this machine reach the port, too.
  grpc::Status Check(const grpc::ServerContext& context) const;

  const std::string bearer_;
  const v1::IssueCheckoutResponse checkout_;
  absl::Mutex mutex_;
  v1::Lease lease_ ABSL_GUARDED_BY(mutex_);
  // LeaseJob's request_id, once it was granted.
  std::optional<std::string> granted_to_ ABSL_GUARDED_BY(mutex_);
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<v1::FinishJobRequest> end_ ABSL_GUARDED_BY(mutex_);
};

// What the log service is: writes the one log to a file, such as the terminal. Thread-safe.
class PrintedLog final : public logstream::v1::LogService::Service {
 public:
  // `log_token`: of the lease. `fd` must outlive this.
  PrintedLog(absl::string_view log_token, int fd);

  grpc::Status AppendLog(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<logstream::v1::AppendLogResponse, logstream::v1::AppendLogRequest>*
          stream) override;

 private:
  // Writes what is new; how much is written then.
  absl::StatusOr<int64_t> Take(const logstream::v1::AppendLogRequest& request);

  const std::string bearer_;
  const int fd_;
  absl::Mutex mutex_;
  int64_t written_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace kozmic::runner

#endif  // KOZMIC_SERVICES_RUNNER_LOCAL_ONE_JOB_SERVICES_H_
