// What log_store.h promises, of every store.

#include "services/logstream/store/log_store.h"

#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/random.h"
#include "lib/crypto/digest.h"
#include "lib/status/annotate.h"
#include "services/logstream/limits.h"
#include "services/logstream/store/log_store_backends.h"

namespace kozmic {
namespace {

using ::testing::UnorderedElementsAre;

constexpr char kLog[] = "logs/1-2-1-1";

class LogStoreTest : public ::testing::TestWithParam<LogStoreKind> {
 protected:
  std::string ReadAll(const std::string& name, size_t piece) {
    std::string all;
    while (true) {
      const auto bytes = store().Read(name, static_cast<int64_t>(all.size()), piece);
      EXPECT_TRUE(bytes.ok()) << bytes.status();
      if (!bytes.ok() || bytes->empty()) return all;
      EXPECT_LE(bytes->size(), piece);
      all += *bytes;
    }
  }

  LogStore& store() { return backend_->store(); }
  const std::unique_ptr<LogBackend> backend_ = GetParam().make();
};

TEST_P(LogStoreTest, ALogComesToBeWithItsFirstByte) {
  EXPECT_EQ(store().Get(kLog).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(*store().Read(kLog, 0, 10), "");
  // Not with an append that is refused.
  const auto refused = store().Append(kLog, 5, "x", {});
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_FALSE(refused->done);
  EXPECT_EQ(refused->size, 0);
  EXPECT_EQ(store().Get(kLog).status().code(), absl::StatusCode::kNotFound);

  const auto appended = store().Append(kLog, 0, "abc", {});
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_TRUE(appended->done);
  EXPECT_EQ(appended->size, 3);
  const auto info = store().Get(kLog);
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->name, kLog);
  EXPECT_EQ(info->size, 3);
  EXPECT_FALSE(info->sealed);
  EXPECT_EQ(info->sha256, "");
}

TEST_P(LogStoreTest, AppendsOnlyAtTheEnd) {
  ASSERT_TRUE(store().Append(kLog, 0, "abc", {})->done);
  EXPECT_FALSE(store().Append(kLog, 0, "abc", {})->done);
  EXPECT_FALSE(store().Append(kLog, 2, "cd", {})->done);
  EXPECT_FALSE(store().Append(kLog, 4, "e", {})->done);
  EXPECT_EQ(store().Append(kLog, 4, "e", {})->size, 3);
  EXPECT_TRUE(store().Append(kLog, 3, "de", {})->done);
  EXPECT_EQ(ReadAll(kLog, 100), "abcde");
}

TEST_P(LogStoreTest, ReadsAnyRange) {
  ASSERT_TRUE(store().Append(kLog, 0, "abc", {})->done);
  ASSERT_TRUE(store().Append(kLog, 3, "d", {})->done);
  ASSERT_TRUE(store().Append(kLog, 4, "efgh", {})->done);
  const std::string log = "abcdefgh";
  for (size_t offset = 0; offset <= log.size() + 1; ++offset) {
    for (size_t most = 1; most <= log.size() + 1; ++most) {
      const auto bytes = store().Read(kLog, static_cast<int64_t>(offset), most);
      ASSERT_TRUE(bytes.ok()) << bytes.status();
      EXPECT_EQ(*bytes, offset < log.size() ? log.substr(offset, most) : "")
          << offset << " " << most;
    }
  }
}

TEST_P(LogStoreTest, ManySmallChunksReadBackWhole) {
  std::string log;
  SeededRandom random(3);
  for (int i = 0; i < 300; ++i) {
    const std::string chunk = random.Bytes(1 + static_cast<size_t>(i) % 5);
    ASSERT_TRUE(store().Append(kLog, static_cast<int64_t>(log.size()), chunk, {})->done);
    log += chunk;
  }
  EXPECT_EQ(ReadAll(kLog, 1 << 20), log);
  EXPECT_EQ(ReadAll(kLog, 100), log);
}

TEST_P(LogStoreTest, LargeChunksReadBackWhole) {
  SeededRandom random(4);
  const std::string log = random.Bytes(3 * kChunkBytes);
  for (size_t at = 0; at < log.size(); at += kChunkBytes) {
    ASSERT_TRUE(
        store().Append(kLog, static_cast<int64_t>(at), log.substr(at, kChunkBytes), {})->done);
  }
  EXPECT_TRUE(ReadAll(kLog, kChunkBytes - 7) == log);
}

TEST_P(LogStoreTest, LogsAreApart) {
  ASSERT_TRUE(store().Append("logs/1-1-1-1", 0, "one", {})->done);
  ASSERT_TRUE(store().Append("logs/1-1-1-2", 0, "second", {})->done);
  EXPECT_EQ(ReadAll("logs/1-1-1-1", 100), "one");
  EXPECT_EQ(ReadAll("logs/1-1-1-2", 100), "second");
  const auto infos = store().GetMany({"logs/1-1-1-2", "logs/1-1-1-1", "logs/9-9-9-9", "a\"\\,{}"});
  ASSERT_TRUE(infos.ok()) << infos.status();
  std::vector<std::string> found;
  for (const LogInfo& info : *infos) found.push_back(absl::StrCat(info.name, "=", info.size));
  EXPECT_THAT(found, UnorderedElementsAre("logs/1-1-1-1=3", "logs/1-1-1-2=6"));
}

TEST_P(LogStoreTest, ASealEndsALogForGood) {
  ASSERT_TRUE(store().Append(kLog, 0, "abc", {})->done);
  ASSERT_TRUE(store().Append(kLog, 3, "def", {})->done);
  for (int64_t wrong : {0, 5, 7}) {
    const absl::Status status = store().Seal(kLog, {.size = wrong}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << wrong;
    EXPECT_EQ(Reason(status), "log_incomplete");
  }
  for (int round = 0; round < 2; ++round) {
    const auto sealed = store().Seal(kLog, {.size = 6});
    ASSERT_TRUE(sealed.ok()) << sealed.status();
    EXPECT_TRUE(sealed->sealed);
    EXPECT_EQ(sealed->size, 6);
    EXPECT_EQ(sealed->sha256, Sha256Hex("abcdef"));
  }
  EXPECT_EQ(store().Get(kLog)->sha256, Sha256Hex("abcdef"));
  EXPECT_TRUE(store().Seal(kLog, {}).ok());
  EXPECT_EQ(Reason(store().Seal(kLog, {.size = 5}).status()), "log_incomplete");
  EXPECT_EQ(Reason(store().Append(kLog, 6, "g", {}).status()), "log_sealed");
  EXPECT_EQ(Reason(store().Append(kLog, 0, "abc", {}).status()), "log_sealed");
  EXPECT_EQ(ReadAll(kLog, 100), "abcdef");
}

TEST_P(LogStoreTest, N2ASealIsOfTheBytesThatTheWriterHas) {
  ASSERT_TRUE(store().Append(kLog, 0, "abc", {})->done);
  for (int round = 0; round < 2; ++round) {
    const absl::Status status =
        store().Seal(kLog, {.size = 3, .sha256 = Sha256Hex("abd")}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(Reason(status), "log_differs");
  }
  EXPECT_FALSE(store().Get(kLog)->sealed);
  ASSERT_TRUE(store().Append(kLog, 3, "d", {})->done);
  const std::string sha256 = Sha256Hex("abcd");
  EXPECT_EQ(store().Seal(kLog, {.size = 4, .sha256 = sha256})->sha256, sha256);
  EXPECT_EQ(store().Seal(kLog, {.sha256 = sha256})->sha256, sha256);
  EXPECT_EQ(Reason(store().Seal(kLog, {.sha256 = Sha256Hex("")}).status()), "log_differs");
}

TEST_P(LogStoreTest, P42AnExpiredLogKeepsItsDigestAndNothingElse) {
  ASSERT_TRUE(store().Append(kLog, 0, "abc", {})->done);
  ASSERT_TRUE(store().Append("logs/1-2-1-2", 0, "other", {})->done);
  ASSERT_TRUE(store().Expire(kLog).ok());
  EXPECT_EQ(ReadAll(kLog, 100), "abc") << "it is not sealed";
  ASSERT_TRUE(store().Seal(kLog, {}).ok());
  ASSERT_TRUE(store().Seal("logs/1-2-1-2", {}).ok());
  EXPECT_FALSE(store().Get(kLog)->expired);
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(store().Expire(kLog).ok());
    EXPECT_EQ(ReadAll(kLog, 100), "");
    const auto info = store().Get(kLog);
    ASSERT_TRUE(info.ok()) << info.status();
    EXPECT_TRUE(info->expired);
    EXPECT_TRUE(info->sealed);
    EXPECT_EQ(info->size, 3);
    EXPECT_EQ(info->sha256, Sha256Hex("abc"));
  }
  EXPECT_EQ(Reason(store().Append(kLog, 3, "d", {}).status()), "log_sealed");
  EXPECT_EQ(Reason(store().Append(kLog, 0, "d", {}).status()), "log_sealed");
  EXPECT_EQ(store().Seal(kLog, {.size = 3, .sha256 = Sha256Hex("abc")})->sha256, Sha256Hex("abc"));
  EXPECT_EQ(ReadAll("logs/1-2-1-2", 100), "other");
  EXPECT_TRUE(store().Expire("logs/9-9-9-9").ok());
}

TEST_P(LogStoreTest, AnEmptyLogCanBeSealed) {
  EXPECT_EQ(Reason(store().Seal(kLog, {.size = 1}).status()), "log_incomplete");
  EXPECT_EQ(store().Get(kLog).status().code(), absl::StatusCode::kNotFound);
  const auto sealed = store().Seal(kLog, {.size = 0});
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  EXPECT_EQ(sealed->sha256, Sha256Hex(""));
  EXPECT_TRUE(store().Get(kLog)->sealed);
  EXPECT_TRUE(store().Seal("logs/2-2-2-2", {})->sealed);
}

TEST_P(LogStoreTest, AppendOverComparesWhatIsThereAndAddsTheRest) {
  ASSERT_TRUE(AppendOver(store(), kLog, LogBatch(0, "abcd", {})).ok());
  ASSERT_TRUE(AppendOver(store(), kLog, LogBatch(0, "abcd", {})).ok());
  ASSERT_TRUE(AppendOver(store(), kLog, LogBatch(2, "cdef", {})).ok());
  EXPECT_EQ(ReadAll(kLog, 100), "abcdef");
  EXPECT_EQ(AppendOver(store(), kLog, LogBatch(3, "dXfg", {})).code(), absl::StatusCode::kDataLoss);
  const absl::Status gap = AppendOver(store(), kLog, LogBatch(7, "h", {}));
  EXPECT_EQ(gap.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Detail(gap, "expected-offset"), "6");
  EXPECT_EQ(ReadAll(kLog, 100), "abcdef");
}

// Writers that send the same log, cut differently, at the same time.
TEST_P(LogStoreTest, ConcurrentWritersOfTheSameBytesMakeOneLog) {
  SeededRandom bytes(5);
  const std::string log = bytes.Bytes(20000);
  std::vector<std::thread> writers;
  std::atomic<int> failures{0};
  for (uint32_t writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      std::mt19937 random(writer);
      for (size_t at = 0; at < log.size();) {
        const std::string chunk = log.substr(at, 1 + random() % 700);
        if (!AppendOver(store(), kLog, LogBatch(static_cast<int64_t>(at), chunk, {})).ok())
          ++failures;
        at += chunk.size();
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(failures, 0);
  EXPECT_TRUE(ReadAll(kLog, kChunkBytes) == log);
  EXPECT_EQ(store().Seal(kLog, {.size = static_cast<int64_t>(log.size())})->sha256, Sha256Hex(log));
}

// A seal at the current size among appends: what was acknowledged before it is in, the rest is not.
TEST_P(LogStoreTest, ASealCutsConcurrentAppendsCleanly) {
  for (int round = 0; round < 10; ++round) {
    const std::string name = absl::StrCat("logs/1-1-1-", round);
    std::atomic<int64_t> acknowledged{0};
    std::string log;
    ASSERT_TRUE(store().Append(name, 0, "0", {})->done);
    log += "0";
    acknowledged = 1;
    std::thread writer([&] {
      for (int i = 1;; ++i) {
        const std::string line = absl::StrCat("line ", i, "\n");
        const auto appended = store().Append(name, static_cast<int64_t>(log.size()), line, {});
        if (!appended.ok()) {
          EXPECT_EQ(Reason(appended.status()), "log_sealed") << appended.status();
          return;
        }
        log += line;
        acknowledged = static_cast<int64_t>(log.size());
      }
    });
    while (acknowledged < 50) std::this_thread::yield();
    const int64_t before = acknowledged;
    const auto sealed = store().Seal(name, {});
    writer.join();
    ASSERT_TRUE(sealed.ok()) << sealed.status();
    EXPECT_GE(sealed->size, before);
    EXPECT_EQ(sealed->size, static_cast<int64_t>(log.size()));
    EXPECT_EQ(sealed->sha256, Sha256Hex(log));
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, LogStoreTest, LogStoreKinds(), LogStoreKindName);

TEST(PostgresLogStoreTest, DamagedBytesAreNotPassedOn) {
  PostgresLogBackend backend;
  ASSERT_TRUE(backend.store().Append(kLog, 0, "abc", {})->done);
  ASSERT_TRUE(backend.store().Append(kLog, 3, "def", {})->done);
  ASSERT_TRUE(backend.pool
                  .Autocommit([](pqxx::nontransaction& tx) {
                    tx.exec0(
                        "UPDATE chunks SET data = overlay(data PLACING '\\x5a' FROM 10) "
                        "WHERE start_offset = 3");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(backend.store().Read(kLog, 0, 100).status().code(), absl::StatusCode::kDataLoss);
  // By a process that did not write them.
  PostgresLogStore other(backend.pool);
  EXPECT_EQ(other.Seal(kLog, {.size = 6}).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace kozmic
