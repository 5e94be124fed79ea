#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/sealed_box.h"

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

TEST(SealedBoxTest, OpensOnlyForItsPlacePurposeAndKey) {
  SystemRandom random;
  const SealedBox box("a secret key of the installation", "token", random);
  for (const std::string& plain : {std::string(), std::string("x"), random.Bytes(10000)}) {
    const std::string sealed = box.Seal(plain, "users/1");
    EXPECT_NE(sealed, box.Seal(plain, "users/1"));
    EXPECT_EQ(*box.Open(sealed, "users/1"), plain);
    EXPECT_FALSE(box.Open(sealed, "users/2").ok());
    EXPECT_FALSE(SealedBox("another key", "token", random).Open(sealed, "users/1").ok());
    EXPECT_FALSE(SealedBox("a secret key of the installation", "other", random)
                     .Open(sealed, "users/1")
                     .ok());
  }
}

TEST(SealedBoxTest, RefusesWhatIsDamaged) {
  SystemRandom random;
  const SealedBox box("key", "token", random);
  std::string sealed = box.Seal("value", "p");
  sealed[10] = sealed[10] == 'A' ? 'B' : 'A';
  for (const std::string& bad :
       {sealed, std::string(), std::string("k1:"), std::string("k2:AAAA"), std::string("k1:!!!")}) {
    EXPECT_EQ(box.Open(bad, "p").status().code(), absl::StatusCode::kDataLoss) << bad;
  }
}

}  // namespace
}  // namespace kozmic
