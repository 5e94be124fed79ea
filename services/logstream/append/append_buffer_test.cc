#include "services/logstream/append/append_buffer.h"

#include <algorithm>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "lib/status/annotate.h"
#include "services/logstream/offsets.h"

namespace kozmic {
namespace {

constexpr int64_t kNoLimit = int64_t{1} << 40;

TEST(FitChunkTest, TellsGapFromOverlap) {
  EXPECT_EQ(FitChunk(10, 10, 5).gap, 0);
  EXPECT_EQ(FitChunk(10, 10, 5).overlap, 0u);
  EXPECT_EQ(FitChunk(10, 12, 5).gap, 2);
  EXPECT_EQ(FitChunk(10, 12, 5).overlap, 0u);
  EXPECT_EQ(FitChunk(10, 8, 5).overlap, 2u);
  EXPECT_EQ(FitChunk(10, 2, 5).overlap, 5u);
  EXPECT_EQ(FitChunk(10, 0, 10).overlap, 10u);
}

TEST(AppendBufferTest, AGapNamesWhereToGoOn) {
  AppendBuffer buffer(100, kNoLimit);
  ASSERT_EQ(buffer.Accept(100, "abc")->taken, 3u);
  const absl::Status status = buffer.Accept(104, "x").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Reason(status), "gap");
  EXPECT_EQ(Detail(status, "expected-offset"), "103");
}

TEST(AppendBufferTest, AnEqualOverlapIsDroppedADifferentOneIsAConflict) {
  AppendBuffer buffer(0, kNoLimit);
  ASSERT_EQ(buffer.Accept(0, "hello")->taken, 5u);
  EXPECT_EQ(buffer.Accept(3, "lo world")->taken, 6u);
  EXPECT_EQ(buffer.Accept(0, "hello")->taken, 0u);
  const absl::Status status = buffer.Accept(3, "lO world!").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Reason(status), "conflicting_bytes");
  EXPECT_EQ(buffer.Batch(100), "hello world");
}

TEST(AppendBufferTest, WhatIsCommittedIsLeftToTheStore) {
  AppendBuffer buffer(4, kNoLimit);
  EXPECT_EQ(buffer.Accept(2, "cdef")->in_store, 2u);
  EXPECT_EQ(buffer.Accept(0, "ab")->in_store, 2u);
  EXPECT_EQ(buffer.size(), 0u);
}

TEST(AppendBufferTest, TheLimitIsExact) {
  AppendBuffer buffer(6, 10);
  const absl::Status status = buffer.Accept(6, "12345").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Reason(status), "log_limit");
  EXPECT_EQ(buffer.Accept(6, "1234")->taken, 4u);
  EXPECT_EQ(buffer.Accept(6, "1234")->taken, 0u);
  EXPECT_FALSE(buffer.Accept(10, "5").ok());
}

// Chunks of any size at any offset up to the end, with commits of any size in between.
TEST(AppendBufferTest, AnyChunkingYieldsTheSameBytes) {
  for (uint32_t seed = 0; seed < 5000; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](size_t limit) { return random() % limit; };
    std::string log(1 + below(200), '\0');
    for (char& c : log) c = static_cast<char>(random());
    std::string stored = log.substr(0, below(log.size()));
    AppendBuffer buffer(static_cast<int64_t>(stored.size()), kNoLimit);

    while (stored.size() < log.size()) {
      const size_t end = static_cast<size_t>(buffer.end());
      size_t offset = end - below(std::min<size_t>(end, 40) + 1);
      std::string chunk = log.substr(offset, below(50));
      const auto accepted = buffer.Accept(static_cast<int64_t>(offset), chunk);
      ASSERT_TRUE(accepted.ok()) << seed << ": " << accepted.status();
      if (accepted->in_store > 0) {
        ASSERT_EQ(stored.substr(offset, accepted->in_store), chunk.substr(0, accepted->in_store));
        const auto rest = buffer.Accept(static_cast<int64_t>(offset + accepted->in_store),
                                        chunk.substr(accepted->in_store));
        ASSERT_TRUE(rest.ok()) << seed << ": " << rest.status();
        ASSERT_EQ(rest->in_store, 0u);
      }
      ASSERT_EQ(buffer.end(), static_cast<int64_t>(std::max(end, offset + chunk.size())));
      if (below(3) == 0) {
        const std::string batch(buffer.Batch(1 + below(60)));
        ASSERT_EQ(buffer.committed(), static_cast<int64_t>(stored.size()));
        stored += batch;
        buffer.Commit(batch.size());
      }
    }
    ASSERT_EQ(stored, log) << seed;
  }
}

}  // namespace
}  // namespace kozmic
