// Logs that move from the database to an archive.

#include "services/logstream/archive/log_archiver.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/status/annotate.h"
#include "services/logstream/store/log_store_backends.h"

namespace kozmic {
namespace {

namespace fs = std::filesystem;

class LogArchiverTest : public ::testing::Test {
 protected:
  PostgresLogStore& store() { return *backend_.postgres; }
  absl::Status ArchiveAll() {
    const std::atomic<bool> stopping = false;
    return LogArchiver::ArchiveAll(store(), stopping);
  }
  std::string MakeSealed(const std::string& name, int lines) {
    std::string log;
    for (int i = 0; i < lines; ++i) {
      const std::string line = absl::StrCat(name, " line ", i, "\n");
      EXPECT_TRUE(store().Append(name, static_cast<int64_t>(log.size()), line, {})->done);
      log += line;
    }
    EXPECT_TRUE(store().Seal(name, {}).ok());
    return log;
  }
  std::string ReadAll(const std::string& name) {
    std::string all;
    while (true) {
      const auto bytes = store().Read(name, static_cast<int64_t>(all.size()), 100);
      EXPECT_TRUE(bytes.ok()) << bytes.status();
      if (!bytes.ok() || bytes->empty()) return all;
      all += *bytes;
    }
  }
  int64_t Chunks() {
    int64_t count = 0;
    EXPECT_TRUE(backend_.pool
                    .Autocommit([&](pqxx::nontransaction& tx) {
                      count = tx.exec1("SELECT count(*) FROM chunks")[0].as<int64_t>();
                      return absl::OkStatus();
                    })
                    .ok());
    return count;
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(backend_.folder)) {
      if (entry.is_regular_file()) {
        files.push_back(fs::relative(entry.path(), backend_.folder).string());
      }
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  ArchiveLogBackend backend_;
};

TEST_F(LogArchiverTest, SealedLogsMoveAndAreReadAsBefore) {
  const std::string one = MakeSealed("logs/1-1-1-1", 500);
  const std::string two = MakeSealed("logs/2-1-1-1", 3);
  ASSERT_TRUE(store().Append("logs/1-2-1-1", 0, "still running", {})->done);
  ASSERT_TRUE(ArchiveAll().ok());
  EXPECT_EQ(Chunks(), 1) << "of the running one";
  EXPECT_EQ(Files(), (std::vector<std::string>{"1/1-1-1.zst", "2/1-1-1.zst"}));
  EXPECT_EQ(ReadAll("logs/1-1-1-1"), one);
  EXPECT_EQ(ReadAll("logs/2-1-1-1"), two);
  EXPECT_EQ(store().Get("logs/1-1-1-1")->sha256, Sha256Hex(one));
  EXPECT_EQ(*FindLine(store(), "logs/1-1-1-1", 123),
            static_cast<int64_t>(one.find("logs/1-1-1-1 line 123\n")));
  EXPECT_TRUE(store().Seal("logs/1-1-1-1", {.sha256 = Sha256Hex(one)}).ok());
  EXPECT_EQ(Reason(store().Append("logs/1-1-1-1", 0, "x", {}).status()), "log_sealed");

  // A replica that was not told of the archive says so.
  PostgresLogStore other(backend_.pool);
  EXPECT_TRUE(absl::IsFailedPrecondition(other.Read("logs/1-1-1-1", 0, 10).status()));

  while (!*store().RemoveProject(1)) {
  }
  EXPECT_EQ(Files(), (std::vector<std::string>{"2/1-1-1.zst"}));
}

TEST_F(LogArchiverTest, ALogThatIsDamagedStaysWhereItIs) {
  MakeSealed("logs/1-1-1-1", 10);
  const std::string good = MakeSealed("logs/1-2-1-1", 10);
  ASSERT_TRUE(backend_.pool
                  .Autocommit([](pqxx::nontransaction& tx) {
                    tx.exec0("DELETE FROM chunks WHERE start_offset > 30 AND log_id = 1");
                    return absl::OkStatus();
                  })
                  .ok());
  const absl::Status status = ArchiveAll();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_EQ(Files(), (std::vector<std::string>{"1/2-1-1.zst"})) << "the others move";
  EXPECT_GT(Chunks(), 0);
  EXPECT_EQ(ReadAll("logs/1-2-1-1"), good);
}

TEST_F(LogArchiverTest, DamageInTheArchiveIsNotPassedOn) {
  MakeSealed("logs/1-1-1-1", 100);
  ASSERT_TRUE(ArchiveAll().ok());
  const std::string path = backend_.folder + "/1/1-1-1.zst";
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(40);
    file << "garbage";
  }
  EXPECT_TRUE(absl::IsDataLoss(store().Read("logs/1-1-1-1", 0, 100).status()));
  fs::resize_file(path, 20);
  LogArchive archive(*backend_.objects);
  EXPECT_TRUE(absl::IsDataLoss(archive.Read("logs/1-1-1-1", 0, 100).status()));
  fs::remove(path);
  EXPECT_TRUE(absl::IsDataLoss(archive.Read("logs/1-1-1-1", 0, 100).status()));
  EXPECT_TRUE(absl::IsDataLoss(store().Read("logs/1-1-1-1", 0, 100).status()));
}

TEST_F(LogArchiverTest, AnExpiredLogIsNoLongerInTheArchive) {
  MakeSealed("logs/1-1-1-1", 10);
  MakeSealed("logs/1-2-1-1", 10);
  ASSERT_TRUE(ArchiveAll().ok());
  MakeSealed("logs/1-3-1-1", 10);
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(store().Expire("logs/1-1-1-1").ok());
    ASSERT_TRUE(store().Expire("logs/1-3-1-1").ok());
    EXPECT_TRUE(ArchiveAll().ok());
    EXPECT_EQ(Files(), (std::vector<std::string>{"1/2-1-1.zst"}));
  }
  EXPECT_EQ(ReadAll("logs/1-1-1-1"), "");
}

TEST_F(LogArchiverTest, ReadersSeeNoGapWhileALogMoves) {
  for (int round = 0; round < 20; ++round) {
    const std::string name = absl::StrCat("logs/1-", round + 1, "-1-1");
    const std::string log = MakeSealed(name, 30);
    std::thread mover([&] { EXPECT_TRUE(ArchiveAll().ok()); });
    std::thread other([&] { EXPECT_TRUE(ArchiveAll().ok()); });
    EXPECT_EQ(ReadAll(name), log);
    mover.join();
    other.join();
    EXPECT_EQ(ReadAll(name), log);
  }
}

TEST_F(LogArchiverTest, AProjectThatIsRemovedMeanwhileLeavesNothing) {
  for (int round = 1; round <= 10; ++round) {
    MakeSealed(absl::StrCat("logs/", round, "-1-1-1"), 20);
    std::thread mover([&] {
      const absl::Status archived = ArchiveAll();
      EXPECT_TRUE(archived.ok()) << archived;
    });
    while (!*store().RemoveProject(round)) {
    }
    mover.join();
    EXPECT_TRUE(Files().empty()) << "round " << round;
    EXPECT_EQ(Chunks(), 0);
  }
}

}  // namespace
}  // namespace kozmic
