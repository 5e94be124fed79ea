#include "services/logstream/archive/archive_index.h"

#include <zstd.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/logstream/store/chunk_codec.h"

namespace kozmic {
namespace {

ArchiveIndex Example() {
  ArchiveIndex index;
  index.Add(100, 40, 3, "t");
  index.Add(50, 30, 0, "");
  index.Add(1, 20, 1, "times");
  return index;
}

TEST(ArchiveIndexTest, FindsFramesByOffsetAndByLine) {
  const ArchiveIndex index = Example();
  for (const auto& [offset, frame] : std::vector<std::pair<int64_t, size_t>>{
           {0, 0}, {99, 0}, {100, 1}, {149, 1}, {150, 2}, {151, 3}}) {
    EXPECT_EQ(index.FrameAt(offset), frame) << offset;
  }
  // Lines 0 to 2 begin in the first frame, line 3 at its end, line 4 at the log's.
  for (const auto& [newlines, frame] :
       std::vector<std::pair<int64_t, size_t>>{{0, 0}, {1, 0}, {3, 0}, {4, 2}, {9, 2}}) {
    EXPECT_EQ(index.FrameBeforeLine(newlines), frame) << newlines;
  }
  EXPECT_EQ(index.frames()[2].stored_at, 70);
}

TEST(ArchiveIndexTest, IsReadBackAsItWasWritten) {
  const std::string text = Example().Encode();
  const auto size = ArchiveIndex::SizeOf(text.substr(text.size() - ArchiveIndex::kTrailerBytes));
  ASSERT_TRUE(size.ok()) << size.status();
  EXPECT_EQ(*size, text.size());
  const auto index = ArchiveIndex::Decode(text);
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_EQ(index->Encode(), text);
  EXPECT_EQ(index->frames()[2].times, "times");
  EXPECT_EQ(index->frames()[2].newlines_before, 3);
}

TEST(ArchiveIndexTest, AnyZstdReadsTheObject) {
  ArchiveIndex index;
  std::string object;
  for (const std::string part : {"first\n", "second\n"}) {
    const std::string frame = CompressChunk(part, ChunkLevel::kSmall);
    object += frame;
    index.Add(part.size(), frame.size(), 1, "");
  }
  object += index.Encode();
  std::string log(100, '\0');
  const size_t size = ZSTD_decompress(log.data(), log.size(), object.data(), object.size());
  ASSERT_FALSE(ZSTD_isError(size)) << ZSTD_getErrorName(size);
  EXPECT_EQ(log.substr(0, size), "first\nsecond\n");
}

TEST(ArchiveIndexTest, WhateverIsDamagedIsRefusedOrStillAnIndex) {
  const std::string text = Example().Encode();
  for (uint32_t seed = 0; seed < 5'000; ++seed) {
    std::mt19937 random(seed);
    std::string damaged = text;
    for (uint32_t i = 1 + random() % 3; i > 0; --i) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    if (random() % 3 == 0) damaged.resize(random() % damaged.size());
    const auto index = ArchiveIndex::Decode(damaged);
    if (!index.ok()) continue;
    for (const ArchiveFrame& frame : index->frames()) {
      EXPECT_GE(frame.begin, 0);
      EXPECT_GT(frame.raw_size, 0);
      EXPECT_GE(frame.stored_at, 0);
    }
  }
}

}  // namespace
}  // namespace kozmic
