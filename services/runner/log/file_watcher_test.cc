#include "services/runner/log/file_watcher.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

class FileWatcherTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/kozmic-watch-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    folder_ = path;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  FileWatcher::Callback Note() {
    return [this](absl::string_view name) {
      absl::MutexLock lock(&mutex_);
      ++calls_;
      last_ = std::string(name);
    };
  }
  bool WaitForName(const std::string& name) {
    absl::MutexLock lock(&mutex_);
    const auto seen = [&] { return last_ == name && calls_ > 0; };
    return mutex_.AwaitWithTimeout(absl::Condition(&seen), absl::Seconds(20));
  }

  std::string folder_;
  absl::Mutex mutex_;
  int calls_ = 0;
  std::string last_;
};

TEST_F(FileWatcherTest, SeesWritesToAFileWhateverItsNameIsNow) {
  FileWatcher watcher;
  const std::string path = folder_ + "/log";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_EQ(rename(path.c_str(), (folder_ + "/other").c_str()), 0);
  const auto watch = watcher.WatchFile(fd, Note());
  ASSERT_TRUE(watch.ok()) << watch.status();
  ASSERT_EQ(write(fd, "x", 1), 1);
  EXPECT_TRUE(WaitForName(""));
  close(fd);
}

TEST_F(FileWatcherTest, SeesWhatAppearsInAFolder) {
  FileWatcher watcher;
  const auto watch = watcher.WatchFolder(folder_, Note());
  ASSERT_TRUE(watch.ok()) << watch.status();
  std::ofstream(folder_ + "/.exit") << "x";
  EXPECT_TRUE(WaitForName(".exit"));
  ASSERT_EQ(rename((folder_ + "/.exit").c_str(), (folder_ + "/exit").c_str()), 0);
  EXPECT_TRUE(WaitForName("exit"));
}

TEST_F(FileWatcherTest, CallsNobodyAfterTheWatchEnded) {
  FileWatcher watcher;
  const std::string other = folder_ + "/other";
  std::filesystem::create_directory(other);
  int ended_calls = 0;
  auto watch = watcher.WatchFolder(folder_, [&](absl::string_view) { ++ended_calls; });
  ASSERT_TRUE(watch.ok());
  watch->reset();
  std::ofstream(folder_ + "/a") << "x";
  const auto second = watcher.WatchFolder(other, Note());
  std::ofstream(other + "/b") << "x";
  ASSERT_TRUE(WaitForName("b"));
  EXPECT_EQ(ended_calls, 0);
}

TEST_F(FileWatcherTest, MissingFolderIsAnError) {
  FileWatcher watcher;
  EXPECT_FALSE(watcher.WatchFolder(folder_ + "/none", Note()).ok());
}

}  // namespace
}  // namespace kozmic::runner
