#include "services/runner/log/log_uploader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "services/runner/testing/fake_services.h"

namespace kozmic::runner {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr char kLog[] = "logs/1-1-1-1";

class LogUploaderTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/kozmic-upload-XXXXXX";
    fd_ = mkostemp(path, O_CLOEXEC | O_APPEND);
    ASSERT_GE(fd_, 0);
    unlink(path);
    auto server = RpcServer::Start("127.0.0.1:0", {&logstream_});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  void TearDown() override {
    uploader_.reset();
    close(fd_);
  }

  void Start() {
    uploader_ = std::make_unique<LogUploader>(
        MakeChannel(server_->address()), watcher_, random_,
        LogUploader::Options{.log = kLog, .token = "token", .fd = fd_},
        [this] { failed_.Notify(); });
  }
  void Write(const std::string& text) {
    ASSERT_EQ(write(fd_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  bool Arrives(const std::string& text) {
    return logstream_.WaitForLog(kLog, kPatience,
                                 [&](const std::string& log) { return log == text; });
  }

  int fd_ = -1;
  FakeLogstream logstream_;
  std::unique_ptr<RpcServer> server_;
  FileWatcher watcher_;
  SystemRandom random_;
  absl::Notification failed_;
  std::unique_ptr<LogUploader> uploader_;
};

TEST_F(LogUploaderTest, CarriesWhatIsThereAndWhatComes) {
  Write("one\n");
  Start();
  EXPECT_TRUE(Arrives("one\n"));
  Write("two\n");
  EXPECT_TRUE(Arrives("one\ntwo\n"));
  EXPECT_TRUE(uploader_->WaitFor(8, absl::Now() + kPatience).ok());
  EXPECT_EQ(uploader_->acknowledged(), 8);
}

TEST_F(LogUploaderTest, ResumesWhereTheServiceEnds) {
  std::string text;
  for (int i = 0; i < 300000; ++i) absl::StrAppend(&text, i, "\n");
  Write(text);
  Start();
  ASSERT_TRUE(logstream_.WaitForLog(kLog, kPatience,
                                    [](const std::string& log) { return log.size() > 100000; }));
  uploader_.reset();
  Start();
  EXPECT_TRUE(Arrives(text));
}

TEST_F(LogUploaderTest, ReadsAgainWhatABrokenStreamDidNotBringHome) {
  Write("a");
  Start();
  ASSERT_TRUE(Arrives("a"));
  logstream_.SetAway(true);
  // Nothing is written after it, and nobody waits for it: the uploader must see by itself.
  Write("b");
  ASSERT_TRUE(logstream_.WaitForRefusals(2, kPatience));
  logstream_.SetAway(false);
  EXPECT_TRUE(Arrives("ab"));
}

TEST_F(LogUploaderTest, WaitingHasADeadlineAndCanBeEnded) {
  logstream_.SetAway(true);
  Write("a");
  Start();
  EXPECT_EQ(uploader_->WaitFor(1, absl::Now() + absl::Milliseconds(50)).code(),
            absl::StatusCode::kDeadlineExceeded);
  uploader_->CancelWaits();
  EXPECT_EQ(uploader_->WaitFor(1, absl::InfiniteFuture()).code(), absl::StatusCode::kCancelled);
}

TEST_F(LogUploaderTest, LimitIsFinalAndTheServicesSizeIsKnown) {
  logstream_.SetLimit(3);
  Write("abc");
  Start();
  ASSERT_TRUE(Arrives("abc"));
  Write("d");
  ASSERT_TRUE(failed_.WaitForNotificationWithTimeout(kPatience));
  EXPECT_EQ(uploader_->failure().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(uploader_->acknowledged(), 3);
  EXPECT_EQ(uploader_->WaitFor(4, absl::InfiniteFuture()).code(),
            absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace kozmic::runner
