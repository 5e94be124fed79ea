#include "lib/crypto/sealed_box.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"

namespace kozmic {
namespace {

constexpr char kOld[] = "the first secret key";
constexpr char kNew[] = "the second secret key";

class SealedBoxTest : public ::testing::Test {
 protected:
  SealedBox Box(const SecretKeys& keys) { return {keys, "token", random_}; }

  SystemRandom random_;
  const SealedBox old_{kOld, "token", random_};
  const SealedBox rotated_ = Box({.current = kNew, .previous = {kOld}});
};

TEST_F(SealedBoxTest, OpensOnlyForItsPlacePurposeAndKey) {
  for (const std::string& plain : {std::string(), std::string("x"), random_.Bytes(10000)}) {
    const std::string sealed = old_.Seal(plain, "users/1");
    EXPECT_NE(sealed, old_.Seal(plain, "users/1"));
    EXPECT_EQ(*old_.Open(sealed, "users/1"), plain);
    EXPECT_FALSE(old_.Open(sealed, "users/2").ok());
    EXPECT_FALSE(SealedBox(kNew, "token", random_).Open(sealed, "users/1").ok());
    EXPECT_FALSE(SealedBox(kOld, "other", random_).Open(sealed, "users/1").ok());
  }
}

TEST_F(SealedBoxTest, NamesTheKeyThatSealed) {
  const std::string id = Sha256Hex(absl::StrCat("kozmic secret key id:", kOld)).substr(0, 8);
  EXPECT_TRUE(absl::StartsWith(old_.Seal("value", "p"), absl::StrCat("k2:", id, ":")));
}

TEST_F(SealedBoxTest, RefusesWhatIsDamagedAnywhere) {
  const std::string sealed = old_.Seal("value", "p");
  for (size_t at = 0; at < sealed.size(); ++at) {
    std::string bad = sealed;
    bad[at] = bad[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(old_.Open(bad, "p").status().code(), absl::StatusCode::kDataLoss) << bad;
    EXPECT_EQ(rotated_.Open(bad, "p").status().code(), absl::StatusCode::kDataLoss) << bad;
    EXPECT_FALSE(old_.Open(sealed.substr(0, at), "p").ok()) << at;
  }
  const std::string id = sealed.substr(3, 8);
  for (const std::string& bad :
       {std::string("k1:"), std::string("k1:!!!"), std::string("k2:"), std::string("k2::AAAA"),
        absl::StrCat("k2:", id), absl::StrCat("k2:", id, ":"), absl::StrCat("k2:", id, ":!!!"),
        absl::StrCat("k3:", sealed.substr(3)), sealed + ":", sealed + sealed}) {
    EXPECT_EQ(old_.Open(bad, "p").status().code(), absl::StatusCode::kDataLoss) << bad;
  }
}

// K42
TEST_F(SealedBoxTest, AReplacedKeyOpensUntilAllIsSealedAgain) {
  const std::string before = old_.Seal("value", "p");
  EXPECT_TRUE(old_.IsCurrent(before));

  EXPECT_EQ(*rotated_.Open(before, "p"), "value");
  EXPECT_FALSE(rotated_.IsCurrent(before));
  EXPECT_FALSE(rotated_.Open(before, "q").ok());

  const std::string after = rotated_.Seal(*rotated_.Open(before, "p"), "p");
  EXPECT_TRUE(rotated_.IsCurrent(after));
  EXPECT_EQ(*Box({.current = kNew}).Open(after, "p"), "value");
  EXPECT_EQ(Box({.current = kNew}).Open(before, "p").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(old_.Open(after, "p").status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(SealedBoxTest, AnyOfSeveralReplacedKeysOpens) {
  const SealedBox third = Box({.current = "the third", .previous = {kNew, kOld}});
  EXPECT_EQ(*third.Open(old_.Seal("1", "p"), "p"), "1");
  EXPECT_EQ(*third.Open(rotated_.Seal("2", "p"), "p"), "2");
  EXPECT_EQ(*third.Open(third.Seal("3", "p"), "p"), "3");
}

TEST_F(SealedBoxTest, AnotherKeysIdDoesNotHelp) {
  // Sealed under the old key, labelled with the new one's id.
  const std::string label = rotated_.Seal("", "p").substr(0, 12);
  const std::string sealed = absl::StrCat(label, old_.Seal("value", "p").substr(12));
  EXPECT_EQ(rotated_.Open(sealed, "p").status().code(), absl::StatusCode::kDataLoss);
}

// Written by the release before keys had ids, with the secret key "the first secret key", purpose
// "token", place "users/1".
constexpr char kFirstFormat[] = "k1:/4ZtFwU9iISkhJ5mpZj2hBR7cpwegKgb+j6wtJvmkCT8ipJlRg==";

TEST_F(SealedBoxTest, ValuesOfTheFirstFormatOpenAndAreToBeSealedAgain) {
  for (const SealedBox* box : {&old_, &rotated_}) {
    const auto plain = box->Open(kFirstFormat, "users/1");
    ASSERT_TRUE(plain.ok()) << plain.status();
    EXPECT_EQ(*plain, "gho_token");
    EXPECT_FALSE(box->IsCurrent(kFirstFormat));
    EXPECT_FALSE(box->Open(kFirstFormat, "users/2").ok());
  }
  EXPECT_FALSE(Box({.current = kNew}).Open(kFirstFormat, "users/1").ok());
}

TEST_F(SealedBoxTest, WhatIsNoSealedValueIsNotCurrent) {
  for (const char* text : {"", "k2:", "k1:AAAA", "plain"}) EXPECT_FALSE(old_.IsCurrent(text));
}

}  // namespace
}  // namespace kozmic
