#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"

namespace kozmic {
namespace {

TEST(DigestTest, GithubsPublishedVector) {
  EXPECT_EQ(absl::BytesToHexString(HmacSha256("It's a Secret to Everybody", "Hello, World!")),
            "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
}

TEST(DigestTest, PiecesEqualTheWhole) {
  Sha256Stream stream;
  stream.Update("ab");
  EXPECT_EQ(stream.Hex(), Sha256Hex("ab"));
  stream.Update("c");
  EXPECT_EQ(stream.Hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(DigestTest, ConstantTimeEquals) {
  EXPECT_TRUE(ConstantTimeEquals("same", "same"));
  EXPECT_FALSE(ConstantTimeEquals("same", "sane"));
  EXPECT_FALSE(ConstantTimeEquals("same", "sam"));
}

}  // namespace
}  // namespace kozmic
