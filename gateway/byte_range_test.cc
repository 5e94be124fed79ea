#include "gateway/byte_range.h"

#include "gtest/gtest.h"

namespace kozmic::gateway {
namespace {

TEST(ByteRangeTest, IsThePartThatIsThere) {
  EXPECT_EQ(ParseRange("bytes=0-0", 10), (ByteRange{0, 1}));
  EXPECT_EQ(ParseRange("bytes=2-5", 10), (ByteRange{2, 6}));
  EXPECT_EQ(ParseRange("Bytes=7-", 10), (ByteRange{7, 10}));
  EXPECT_EQ(ParseRange("bytes=7-9223372036854775807", 10), (ByteRange{7, 10}));
  EXPECT_EQ(ParseRange("bytes=-3", 10), (ByteRange{7, 10}));
  EXPECT_EQ(ParseRange("bytes=-30", 10), (ByteRange{0, 10}));
}

TEST(ByteRangeTest, IsEmptyWhereNothingIs) {
  EXPECT_EQ(ParseRange("bytes=10-", 10)->size(), 0);
  EXPECT_EQ(ParseRange("bytes=99-100", 10)->size(), 0);
  EXPECT_EQ(ParseRange("bytes=-0", 10)->size(), 0);
  EXPECT_EQ(ParseRange("bytes=0-", 0)->size(), 0);
}

TEST(ByteRangeTest, IsIgnoredWhereItIsNotUnderstood) {
  for (const char* header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,4-5", "lines=1-2",
        "bytes=+1-2", "bytes=1-2x", "bytes=0x1-", "bytes=--1", "bytes=99999999999999999999-"}) {
    EXPECT_FALSE(ParseRange(header, 10).has_value()) << header;
  }
}

}  // namespace
}  // namespace kozmic::gateway
