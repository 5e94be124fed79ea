#include "lib/http/body_decoder.h"

#include <gtest/gtest.h>

namespace kozmic::http {
namespace {

using State = BodyDecoder::State;

State DecodeChunked(absl::string_view text, size_t limit = 100) {
  BodyDecoder decoder(Framing::kChunked, 0, limit);
  return decoder.Feed(text);
}

TEST(BodyDecoderTest, TakesALengthAndLeavesTheRest) {
  BodyDecoder decoder(Framing::kLength, 5, 10);
  absl::string_view input = "hel";
  EXPECT_EQ(decoder.Feed(input), State::kMore);
  input = "loGET /";
  EXPECT_EQ(decoder.Feed(input), State::kDone);
  EXPECT_EQ(decoder.body(), "hello");
  EXPECT_EQ(input, "GET /");
}

TEST(BodyDecoderTest, RefusesAnAnnouncedLengthBeyondTheLimit) {
  EXPECT_EQ(BodyDecoder(Framing::kLength, 11, 10).state(), State::kTooLarge);
}

TEST(BodyDecoderTest, DecodesChunksWhateverTheSplit) {
  const std::string wire = "5\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\n\r\nGET";
  BodyDecoder decoder(Framing::kChunked, 0, 100);
  absl::string_view rest;
  for (size_t i = 0; i < wire.size() && decoder.state() == State::kMore; ++i) {
    absl::string_view one = absl::string_view(wire).substr(i, 1);
    decoder.Feed(one);
    rest = absl::string_view(wire).substr(i + 1);
  }
  EXPECT_EQ(decoder.state(), State::kDone);
  EXPECT_EQ(decoder.body(), "hello world");
  EXPECT_EQ(rest, "GET");
}

TEST(BodyDecoderTest, ChunksObeyTheLimitAsAWhole) {
  EXPECT_EQ(DecodeChunked("4\r\naaaa\r\n4\r\naaaa\r\n4\r\naaaa\r\n", 11), State::kTooLarge);
  EXPECT_EQ(DecodeChunked("ffffffff\r\n"), State::kTooLarge);
}

TEST(BodyDecoderTest, RefusesWhatAnotherParserMightReadDifferently) {
  EXPECT_EQ(DecodeChunked("5;x=y\r\nhello\r\n"), State::kMalformed);
  EXPECT_EQ(DecodeChunked("5 \r\nhello\r\n"), State::kMalformed);
  EXPECT_EQ(DecodeChunked("0x5\r\nhello\r\n"), State::kMalformed);
  EXPECT_EQ(DecodeChunked("-1\r\n"), State::kMalformed);
  EXPECT_EQ(DecodeChunked("\r\n"), State::kMalformed);
  EXPECT_EQ(DecodeChunked("5\nhello\r\n"), State::kMalformed);
  EXPECT_EQ(DecodeChunked("5\r\nhelloX\r\n"), State::kMalformed);
  EXPECT_EQ(DecodeChunked("00000000000000005\r\n"), State::kMalformed);
  EXPECT_EQ(DecodeChunked("0\r\nHost: b\r\n"), State::kMalformed);
}

}  // namespace
}  // namespace kozmic::http
