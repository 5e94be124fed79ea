#include "services/runner/containers/disk_use.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "lib/testing/docker_env.h"

namespace kozmic::runner {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMebibyte = int64_t{1} << 20;

class DiskUseTest : public DockerTest {
 protected:
  void SetUp() override {
    DockerTest::SetUp();
    char path[] = "/tmp/kozmic-disk-test-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    folder_ = path;
  }
  ~DiskUseTest() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  void Write(const std::string& path, int64_t mebibytes) {
    std::ofstream(folder_ + "/" + path) << std::string(mebibytes * kMebibyte, 'x');
  }

  std::string folder_;
};

TEST_F(DiskUseTest, P17CountsWhatContainersAndTheirVolumesAndFoldersHold) {
  ASSERT_TRUE(ImportImage("kozmic-test/volume", "1", SmallImage().Bytes(), {"VOLUME /data"}).ok());
  docker::ContainerSpec spec;
  spec.image = "kozmic-test/volume:1";
  spec.labels = {{label_key(), label_value()}};
  spec.command = {"sh", "-c",
                  "dd if=/dev/zero of=/layer bs=1M count=3 && "
                  "dd if=/dev/zero of=/data/volume bs=1M count=5"};
  const auto id = docker().CreateContainer(spec, "");
  ASSERT_TRUE(id.ok()) << id.status();
  ASSERT_TRUE(docker().StartContainer(*id).ok());
  ASSERT_EQ(*docker().WaitContainer(*id, absl::Seconds(30), {}), 0);
  fs::create_directory(folder_ + "/deep");
  Write("deep/file", 7);
  const auto bytes =
      MeasureDisk(docker(), {*id, "kozmic-no-such-container"}, {folder_, folder_ + "/missing"}, {});
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_GE(*bytes, 15 * kMebibyte);
  EXPECT_LT(*bytes, 16 * kMebibyte);
}

// A script that kept writing to a file it had unlinked could fill the disk unseen.
TEST_F(DiskUseTest, P17CountsFilesWithoutAName) {
  ASSERT_TRUE(ImportImage("kozmic-test/volume", "1", SmallImage().Bytes(), {"VOLUME /data"}).ok());
  docker::ContainerSpec spec;
  spec.image = "kozmic-test/volume:1";
  spec.labels = {{label_key(), label_value()}};
  // Twice the same file, and one in memory.
  spec.command = {"sh", "-c",
                  "exec 3>/layer 4>/data/volume 5>/dev/shm/memory; exec 6>&3;"
                  "rm /layer /data/volume /dev/shm/memory;"
                  "dd if=/dev/zero bs=1M count=3 >&3; dd if=/dev/zero bs=1M count=5 >&4;"
                  "dd if=/dev/zero bs=1M count=9 >&5; touch /done; sleep 100"};
  const auto id = docker().CreateContainer(spec, "");
  ASSERT_TRUE(id.ok()) << id.status();
  ASSERT_TRUE(docker().StartContainer(*id).ok());
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  int64_t bytes = 0;
  while (bytes < 8 * kMebibyte && absl::Now() < deadline) {
    const auto measured = MeasureDisk(docker(), {*id}, {}, {});
    ASSERT_TRUE(measured.ok()) << measured.status();
    bytes = *measured;
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_GE(bytes, 8 * kMebibyte);
  EXPECT_LT(bytes, 9 * kMebibyte);
}

TEST_F(DiskUseTest, NothingTakesNothing) {
  const auto bytes = MeasureDisk(docker(), {"kozmic-no-such-container"}, {}, {});
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_EQ(*bytes, 0);
}

// A script chooses the names, and how deep they are.
TEST_F(DiskUseTest, P17HostileNamesHideNothing) {
  fs::path path = fs::path(folder_) / "-x\n0\t";
  fs::create_directory(path);
  const fs::path before = fs::current_path();
  fs::current_path(path);
  for (int depth = 0; depth < 300; ++depth) {
    const std::string name(100, 'd');
    fs::create_directory(name);
    fs::current_path(name);
  }
  std::ofstream("file") << std::string(4 * kMebibyte, 'x');
  fs::current_path(before);
  const auto bytes = MeasureDisk(docker(), {}, {folder_}, {});
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_GE(*bytes, 4 * kMebibyte);
}

TEST_F(DiskUseTest, StopsWhenItIsToldTo) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(absl::IsCancelled(MeasureDisk(docker(), {}, {folder_}, stop.get_token()).status()));
}

}  // namespace
}  // namespace kozmic::runner
