#include "services/runner/machine_watch.h"

#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/testing/docker_env.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(30);

class MachineWatchTest : public DockerTest {
 protected:
  void SetUp() override {
    DockerTest::SetUp();
    if (HasFatalFailure()) return;
    char path[] = "/tmp/kozmic-machine-test-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    folder_ = path;
    ASSERT_EQ(mount("tmpfs", path, "tmpfs", 0, "size=16m"), 0);
  }
  ~MachineWatchTest() override {
    umount(folder_.c_str());
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  MachineWatch::Options Quick() const {
    return {.work_folder = folder_, .interval = absl::Milliseconds(10)};
  }
  // What it said last, when it has said so much.
  absl::Status Await(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&]()
                            ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return said_.size() >= count; };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&enough), kPatience)) {
      return absl::DeadlineExceededError("nothing was said");
    }
    return said_[count - 1];
  }
  void Note(const absl::Status& status) {
    absl::MutexLock lock(&mutex_);
    said_.push_back(status);
  }

  std::string folder_;
  absl::Mutex mutex_;
  std::vector<absl::Status> said_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(MachineWatchTest, AFullDiskIsToldAndItsEnd) {
  MachineWatch watch(docker(), Quick(), [this](const absl::Status& now) { Note(now); });
  EXPECT_TRUE(watch.status().ok());
  std::ofstream(folder_ + "/big") << std::string(15 << 20, 'x') << std::flush;
  const absl::Status full = Await(1);
  EXPECT_TRUE(absl::IsResourceExhausted(full)) << full;
  EXPECT_THAT(std::string(full.message()), HasSubstr("is nearly full: 1 MB are free."));
  EXPECT_EQ(watch.status(), full);
  fs::remove(folder_ + "/big");
  EXPECT_TRUE(Await(2).ok());
  EXPECT_TRUE(watch.status().ok());
}

TEST_F(MachineWatchTest, AnEngineThatIsAwayIsTold) {
  const docker::DockerClient nobody(folder_ + "/docker.sock");
  const MachineWatch watch(nobody, Quick(), [this](const absl::Status& now) { Note(now); });
  const absl::Status away = Await(1);
  EXPECT_TRUE(absl::IsUnavailable(away)) << away;
  EXPECT_THAT(std::string(away.message()), HasSubstr("The Docker engine does not answer: "));
}

TEST_F(MachineWatchTest, NetworkThatIsNotAsItHasToBeIsSaid) {
  MachineWatch::Options options = Quick();
  options.network = [] { return absl::FailedPreconditionError("no rules"); };
  const MachineWatch watch(docker(), options, [this](const absl::Status& now) { Note(now); });
  EXPECT_THAT(std::string(Await(1).message()), HasSubstr("no rules"));
}

}  // namespace
}  // namespace kozmic::runner
