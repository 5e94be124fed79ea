// The real binary, killed and started again while a log is written and read.

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "lib/base/random.h"
#include "lib/crypto/digest.h"
#include "lib/rpc/client.h"
#include "lib/rpc/service_token.h"
#include "lib/testing/free_port.h"
#include "lib/testing/postgres.h"
#include "lib/testing/redis.h"
#include "services/logstream/testing/log_test_client.h"

namespace kozmic {
namespace {

constexpr char kBinary[] = "services/logstream/logstream";
constexpr char kKey[] = "a service key that is long enough to be one";
constexpr char kLog[] = "logs/1-2-3-1";

class LogProcessTest : public ::testing::Test {
 protected:
  LogProcessTest() {
    std::ofstream file(config_);
    file << "listen: " << address_ << "\nservice_key: " << kKey << "\nredis_url: " << redis_.Url()
         << "\ndatabase_url: '" << SharedTestPostgres().CreateDatabase("logstream") << "'\n";
  }
  ~LogProcessTest() override {
    if (process_ > 0) End(SIGKILL);
  }

  void Start() {
    process_ = fork();
    if (process_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      execl(kBinary, kBinary, "--config", config_.c_str(), nullptr);
      _exit(127);
    }
    ASSERT_TRUE(
        MakeChannel(address_)->WaitForConnected(absl::ToChronoTime(absl::Now() + kTestDeadline)));
  }
  // The exit status, or the signal as a negative number.
  int End(int signal) {
    kill(process_, signal);
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  TestRedis redis_;
  const std::string address_ = absl::StrCat("127.0.0.1:", FreePort());
  const std::string config_ = absl::StrCat(std::getenv("TEST_TMPDIR"), "/config.yaml");
  pid_t process_ = 0;
};

TEST_F(LogProcessTest, KillingItLosesNothingAndRepeatsNothing) {
  Start();
  const auto address = [this] { return address_; };
  const std::string token = CapabilityToken(kKey, "log-write", kLog);
  SeededRandom content(1);
  const std::string bytes = content.Bytes(3000000);
  TestReader reader(address, kLog, ServiceToken(kKey, "gateway"));
  absl::Status written;
  std::thread writer([&] { written = WriteLog(address, kLog, token, bytes, 1); });
  for (size_t size : {50000, 500000, 1000000}) {
    EXPECT_TRUE(reader.AwaitBytes(size));
    EXPECT_EQ(End(SIGKILL), -SIGKILL);
    Start();
  }
  writer.join();
  EXPECT_TRUE(written.ok()) << written;

  logstream::v1::SealLogRequest request;
  request.set_name(kLog);
  request.set_size(static_cast<int64_t>(bytes.size()));
  const auto stub = logstream::v1::LogService::NewStub(MakeChannel(address_));
  const auto sealed = Call(*stub, &logstream::v1::LogService::Stub::SealLog, request,
                           ServiceToken(kKey, "build"), kTestDeadline);
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  EXPECT_EQ(sealed->sha256(), Sha256Hex(bytes));
  EXPECT_TRUE(reader.AwaitSealed());
  EXPECT_TRUE(reader.fault().ok()) << reader.fault();
  EXPECT_TRUE(reader.bytes() == bytes) << reader.bytes().size();
  EXPECT_EQ(reader.sha256(), Sha256Hex(bytes));
}

TEST_F(LogProcessTest, EndsCleanlyWhenAskedTo) {
  Start();
  TestReader reader([this] { return address_; }, kLog, ServiceToken(kKey, "gateway"));
  TestAppend append(address_, kLog, CapabilityToken(kKey, "log-write", kLog));
  ASSERT_EQ(append.ReadAck(), 0);
  ASSERT_TRUE(append.Send(0, "x"));
  ASSERT_TRUE(reader.AwaitBytes(1));
  EXPECT_EQ(End(SIGTERM), 0);
  EXPECT_EQ(append.Finish().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace kozmic
