#ifndef KOZMIC_BENCH_ORCHESTRATION_LOAD_INSTALLATION_H_
#define KOZMIC_BENCH_ORCHESTRATION_LOAD_INSTALLATION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "kozmic/logstream/v1/logstream.grpc.pb.h"
#include "kozmic/project/v1/project.grpc.pb.h"
#include "lib/rpc/server.h"
#include "lib/testing/postgres.h"
#include "tests/installation/process.h"

namespace kozmic::bench {

// As quick as GitHub's statuses are on a good day.
constexpr absl::Duration kGithub = absl::Milliseconds(100);

// The real build service as a process, with a PostgreSQL of its own that commits durably. The
// services that it calls agree at once to everything, but for a commit status, which takes kGithub.
// Ends the process with a message when something cannot be started.
class Installation {
 public:
  // `binary`: the build service.
  explicit Installation(const std::string& binary);
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  const std::string& address() const { return address_; }
  // The service's database.
  const std::string& database() const { return database_; }
  // Another one, with the same tables.
  std::string NewDatabase() { return postgres_.CreateDatabase("build"); }
  // Credentials.
  static std::string ProjectToken();
  static std::string RunnerToken();

  // Processor time that the service and its database have used, in seconds.
  double ServiceCpu() const;
  double DatabaseCpu() const;

  // As the service's database's user; statements without answers.
  void Execute(const std::string& statements) const;
  int64_t Number(const std::string& query) const;

 private:
  class Project final : public project::v1::ProjectService::Service {
    grpc::Status ReportCommitStatus(grpc::ServerContext*,
                                    const project::v1::ReportCommitStatusRequest*,
                                    project::v1::ReportCommitStatusResponse*) override {
      absl::SleepFor(kGithub);
      return grpc::Status::OK;
    }
    grpc::Status ListRecipients(grpc::ServerContext*, const project::v1::ListRecipientsRequest*,
                                project::v1::ListRecipientsResponse*) override {
      return grpc::Status::OK;
    }
  };
  class Logs final : public logstream::v1::LogService::Service {
    grpc::Status SealLog(grpc::ServerContext*, const logstream::v1::SealLogRequest* request,
                         logstream::v1::Log* log) override;
  };

  TestPostgres postgres_;
  const std::string database_;
  Project project_;
  Logs logs_;
  const std::unique_ptr<RpcServer> others_;
  std::string address_;
  std::unique_ptr<Process> service_;
};

}  // namespace kozmic::bench

#endif  // KOZMIC_BENCH_ORCHESTRATION_LOAD_INSTALLATION_H_
