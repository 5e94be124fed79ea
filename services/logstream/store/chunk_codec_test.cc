#include "services/logstream/store/chunk_codec.h"

#include <string>

#include "gtest/gtest.h"
#include "lib/base/random.h"

namespace kozmic {
namespace {

TEST(ChunkCodecTest, BytesComeBack) {
  SeededRandom random(1);
  for (const std::string& bytes :
       {std::string("x"), std::string(200000, 'a'), random.Bytes(100000), std::string(3, '\0')}) {
    const auto back = DecompressChunk(CompressChunk(bytes), bytes.size());
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, bytes);
  }
  EXPECT_LT(CompressChunk(std::string(200000, 'a')).size(), 1000u);
}

TEST(ChunkCodecTest, DamageIsNoticed) {
  SeededRandom random(2);
  const std::string bytes = random.Bytes(1000);
  const std::string data = CompressChunk(bytes);
  for (size_t at = 0; at < data.size(); at += 7) {
    std::string damaged = data;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const auto back = DecompressChunk(damaged, bytes.size());
    EXPECT_TRUE(!back.ok() || *back == bytes) << at;
  }
  EXPECT_EQ(DecompressChunk(data.substr(0, data.size() / 2), bytes.size()).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_FALSE(DecompressChunk(data, bytes.size() + 1).ok());
  EXPECT_FALSE(DecompressChunk(data, bytes.size() - 1).ok());
}

}  // namespace
}  // namespace kozmic
