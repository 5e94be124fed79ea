#include "bench/orchestration_load/installation.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/rpc/client.h"
#include "lib/rpc/service_token.h"
#include "lib/testing/free_port.h"
#include "pqxx/pqxx"

namespace kozmic::bench {
namespace {

constexpr char kServiceKey[] = "the service key of the installation that is measured";
constexpr char kRunnerToken[] = "the runner token of the installation that is measured";
constexpr absl::Duration kStartTime = absl::Seconds(20);

// As ./kozmic up configures its server, but that this one has several databases.
constexpr char kDurable[] =
    "fsync = on\nfull_page_writes = on\nshared_buffers = 128MB\nmin_wal_size = 1GB\n";
constexpr char kEmptySha256[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

}  // namespace

grpc::Status Installation::Logs::SealLog(grpc::ServerContext*,
                                         const logstream::v1::SealLogRequest* request,
                                         logstream::v1::Log* log) {
  log->set_size(request->size());
  log->set_sha256(kEmptySha256);
  return grpc::Status::OK;
}

Installation::Installation(const std::string& binary)
    : postgres_({.settings = kDurable}),
      database_(postgres_.CreateDatabase("build")),
      others_(*RpcServer::Start("127.0.0.1:0", {&project_, &logs_})),
      address_(absl::StrCat("127.0.0.1:", FreePort())) {
  const Process::Environment settings = {
      {"KOZMIC_LISTEN", address_},
      {"KOZMIC_DATABASE_URL", database_},
      {"KOZMIC_PUBLIC_URL", "http://kozmic.test"},
      {"KOZMIC_SERVICE_KEY", kServiceKey},
      {"KOZMIC_SECRET_KEY", "the key that seals what is secret in the database"},
      {"KOZMIC_RUNNER_TOKEN", kRunnerToken},
      {"KOZMIC_AUTH_ADDRESS", others_->address()},
      {"KOZMIC_PROJECT_ADDRESS", others_->address()},
      {"KOZMIC_LOGSTREAM_ADDRESS", others_->address()},
      {"KOZMIC_LOG_LEVEL", "warning"},
  };
  service_ = std::make_unique<Process>("build", binary, settings, "/tmp");
  service_->Start();
  const auto channel = MakeChannel(address_);
  if (!channel->WaitForConnected(absl::ToChronoTime(absl::Now() + kStartTime))) {
    std::fprintf(stderr, "the build service does not serve: %s\n", binary.c_str());
    std::exit(1);
  }
}

double Installation::ServiceCpu() const { return service_->Cpu(); }

double Installation::DatabaseCpu() const {
  pqxx::connection connection(database_);
  double cpu = 0;
  for (const auto& row :
       pqxx::nontransaction(connection).exec("SELECT pid FROM pg_stat_activity")) {
    cpu += CpuOf(row[0].as<pid_t>());
  }
  return cpu;
}

std::string Installation::ProjectToken() { return ServiceToken(kServiceKey, "project"); }

std::string Installation::RunnerToken() { return kRunnerToken; }

void Installation::Execute(const std::string& statements) const {
  pqxx::connection connection(database_);
  pqxx::nontransaction(connection).exec(statements);
}

int64_t Installation::Number(const std::string& query) const {
  pqxx::connection connection(database_);
  return pqxx::nontransaction(connection).exec1(query)[0].as<int64_t>();
}

}  // namespace kozmic::bench
