#include "services/logstream/archive/directory_object_store.h"

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace kozmic {
namespace {

namespace fs = std::filesystem;

class DirectoryObjectStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path = ::testing::TempDir() + "/kozmic-objects-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    folder_ = path;
    ASSERT_TRUE(store().Prepare().ok());
  }
  void TearDown() override { fs::remove_all(folder_); }

  DirectoryObjectStore store() const { return DirectoryObjectStore(folder_.string()); }
  absl::Status Write(const std::string& key, const std::string& bytes,
                     const absl::Status& end = absl::OkStatus()) const {
    return store().Write(key, [&](const ObjectStore::Sink& sink) {
      absl::Status status = sink(bytes.substr(0, bytes.size() / 2));
      status.Update(sink(bytes.substr(bytes.size() / 2)));
      status.Update(end);
      return status;
    });
  }
  bool HasUnfinished() const { return !fs::is_empty(folder_ / ".unfinished"); }

  fs::path folder_;
};

TEST_F(DirectoryObjectStoreTest, KeepsWhatIsWritten) {
  ASSERT_TRUE(Write("12/3-1-1.zst", "some bytes").ok());
  EXPECT_EQ(*store().Size("12/3-1-1.zst"), 10);
  EXPECT_EQ(*store().Read("12/3-1-1.zst", 5, 5), "bytes");
  EXPECT_EQ(store().Read("12/3-1-1.zst", 6, 5).status().code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(Write("12/3-1-1.zst", "others").ok());
  EXPECT_EQ(*store().Read("12/3-1-1.zst", 0, 6), "others");
  EXPECT_FALSE(HasUnfinished());
  EXPECT_TRUE(store().Remove("12/3-1-1.zst").ok());
  EXPECT_TRUE(store().Remove("12/3-1-1.zst").ok());
  EXPECT_FALSE(fs::exists(folder_ / "12"));
  EXPECT_TRUE(absl::IsNotFound(store().Size("12/3-1-1.zst").status()));
  EXPECT_TRUE(absl::IsNotFound(store().Read("12/3-1-1.zst", 0, 1).status()));
}

TEST_F(DirectoryObjectStoreTest, WhatIsNotWrittenToItsEndIsNotThere) {
  EXPECT_TRUE(absl::IsDataLoss(Write("1/a", "some bytes", absl::DataLossError("source"))));
  EXPECT_TRUE(absl::IsNotFound(store().Size("1/a").status()));
  EXPECT_FALSE(HasUnfinished());
}

TEST_F(DirectoryObjectStoreTest, KeysLeadNowhereElse) {
  for (const char* key : {"", "/etc/passwd", "../x", "a/../b", "a//b", "a/.b", "A", "a b", "a\n"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Write(key, "x"))) << key;
    EXPECT_TRUE(absl::IsInvalidArgument(store().Read(key, 0, 1).status())) << key;
    EXPECT_TRUE(absl::IsInvalidArgument(store().Remove(key))) << key;
  }
}

TEST_F(DirectoryObjectStoreTest, WhatACrashLeftIsRemovedOnceItIsOld) {
  const fs::path old = folder_ / ".unfinished" / "old";
  const fs::path young = folder_ / ".unfinished" / "young";
  std::ofstream(old) << "x";
  std::ofstream(young) << "x";
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(25));
  ASSERT_TRUE(store().Prepare().ok());
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(young)) << "another replica may be writing it";
}

TEST_F(DirectoryObjectStoreTest, SaysWhenItCannotBe) {
  std::ofstream(folder_ / "file") << "x";
  DirectoryObjectStore nowhere((folder_ / "file" / "below").string());
  EXPECT_TRUE(absl::IsFailedPrecondition(nowhere.Prepare()));
}

}  // namespace
}  // namespace kozmic
