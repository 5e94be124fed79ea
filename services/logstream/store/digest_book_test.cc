#include "services/logstream/store/digest_book.h"

#include <random>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/crypto/digest.h"

namespace kozmic {
namespace {

TEST(DigestBookTest, KnowsTheDigestOfWhatWasAddedInOrder) {
  DigestBook book;
  book.Add("a", 0, "one ");
  book.Add("b", 0, "other");
  book.Add("a", 4, "two");
  PrefixDigest digest = book.Take("a");
  EXPECT_EQ(digest.size(), 7);
  EXPECT_EQ(digest.Hex(), Sha256Hex("one two"));
  EXPECT_EQ(book.Take("a").size(), 0) << "taken already";
}

TEST(DigestBookTest, WhatComesAfterAHoleIsLeftToBeRead) {
  DigestBook book;
  book.Add("again", 0, "abc");
  book.Add("again", 1, "bcde");
  EXPECT_EQ(book.Take("again").Hex(), Sha256Hex("abcde"));
  book.Add("late", 10, "middle");
  EXPECT_EQ(book.Take("late").size(), 0);
  book.Add("hole", 0, "abc");
  book.Add("hole", 5, "fgh");
  PrefixDigest digest = book.Take("hole");
  EXPECT_EQ(digest.size(), 3);
  digest.Add(3, "de");
  digest.Add(5, "fgh");
  EXPECT_EQ(digest.Hex(), Sha256Hex("abcdefgh"));
}

TEST(DigestBookTest, ForgetsTheLogsThatGrewLongestAgo) {
  DigestBook book;
  for (size_t i = 0; i < DigestBook::kMostLogs; ++i) book.Add(absl::StrCat(i), 0, "x");
  book.Add("0", 1, "y");
  book.Add("one more", 0, "x");
  EXPECT_EQ(book.Take("1").size(), 0);
  EXPECT_EQ(book.Take("0").size(), 2);
  EXPECT_EQ(book.Take("2").size(), 1);
}

// A seal that came while the log's last bytes were hashed had to read the whole log.
TEST(DigestBookTest, NothingIsForgottenWhileBytesAreAdded) {
  const std::string beginning(1000, 'a');
  const std::string more(4 << 20, 'b');
  for (int round = 0; round < 50; ++round) {
    DigestBook book;
    book.Add("log", 0, beginning);
    std::thread adder([&] { book.Add("log", 1000, more); });
    const PrefixDigest digest = book.Take("log");
    adder.join();
    EXPECT_TRUE(digest.size() == 1000 || digest.size() == 1000 + (4 << 20)) << digest.size();
  }
}

// Any order of any pieces: what is known is always the digest of a beginning.
TEST(DigestBookTest, IsNeverOfAnythingButABeginning) {
  for (uint32_t seed = 0; seed < 2'000; ++seed) {
    std::mt19937 random(seed);
    std::string log(50, '\0');
    for (char& c : log) c = static_cast<char>(random());
    DigestBook book;
    for (int i = 0; i < 20; ++i) {
      const size_t begin = i % 3 == 0 ? 0 : random() % log.size();
      book.Add("log", static_cast<int64_t>(begin), log.substr(begin, random() % 10));
    }
    const PrefixDigest digest = book.Take("log");
    EXPECT_EQ(digest.Hex(), Sha256Hex(log.substr(0, static_cast<size_t>(digest.size()))))
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace kozmic
