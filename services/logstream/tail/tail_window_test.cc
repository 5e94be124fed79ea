#include "services/logstream/tail/tail_window.h"

#include <algorithm>
#include <random>
#include <string>

#include "gtest/gtest.h"

namespace kozmic {
namespace {

using Source = TailWindow::Source;

constexpr size_t kRoomy = 1000;

TEST(TailWindowTest, LiveBytesThatFitAreSentAtOnce) {
  TailWindow window(5, kRoomy);
  EXPECT_EQ(window.Next(), Source::kNone);
  window.Offer(3, "abcd");
  EXPECT_EQ(window.Next(), Source::kLive);
  EXPECT_EQ(window.Take(100), "cd");
  EXPECT_EQ(window.next(), 7);
  window.Offer(3, "abcd");
  EXPECT_EQ(window.Next(), Source::kNone);
}

TEST(TailWindowTest, WhatIsMissingBeforeLiveBytesComesFromTheStore) {
  TailWindow window(0, kRoomy);
  window.Offer(4, "efgh");
  EXPECT_EQ(window.Next(), Source::kNone);
  window.Stored(6);
  EXPECT_EQ(window.Next(), Source::kStore);
  EXPECT_EQ(window.TakeStored(0, "abcdef"), "abcdef");
  EXPECT_EQ(window.Next(), Source::kLive);
  EXPECT_EQ(window.Take(100), "gh");
}

TEST(TailWindowTest, KeepsTheNewestBytesWhenItIsFull) {
  TailWindow window(0, 4);
  window.Offer(0, "ab");
  window.Offer(2, "cdef");
  EXPECT_EQ(window.size(), 4u);
  EXPECT_EQ(window.Next(), Source::kNone);
  window.Stored(3);
  EXPECT_EQ(window.TakeStored(0, "abc"), "abc");
  EXPECT_EQ(window.Take(100), "def");
  window.Offer(6, "0123456789");
  EXPECT_EQ(window.size(), 4u);
}

TEST(TailWindowTest, NothingBeyondTheEndIsSent) {
  TailWindow window(0, kRoomy);
  window.Offer(0, "abcdef");
  window.EndAt(4);
  EXPECT_EQ(window.Take(100), "abcd");
  window.Offer(4, "zz");
  EXPECT_EQ(window.Next(), Source::kNone);

  TailWindow behind(1, kRoomy);
  behind.EndAt(4);
  EXPECT_EQ(behind.Next(), Source::kStore);
  EXPECT_EQ(behind.TakeStored(1, "bcdefg"), "bcd");
  EXPECT_EQ(behind.Next(), Source::kNone);
}

TEST(TailWindowTest, AReaderBeyondTheEndGetsNothing) {
  TailWindow window(9, kRoomy);
  window.Stored(5);
  window.Offer(3, "ab");
  EXPECT_EQ(window.Next(), Source::kNone);
  window.EndAt(5);
  EXPECT_EQ(window.Next(), Source::kNone);
}

// Hints are lost, doubled, late and cut anywhere; store reads are short and overlap with what came
// live meanwhile. The reader still gets each byte once, in order, and the window stays bounded.
TEST(TailWindowTest, WhateverHappensToHintsTheBytesAreTheLogs) {
  for (uint32_t seed = 0; seed < 5000; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](size_t limit) { return random() % limit; };
    std::string log(1 + below(300), '\0');
    for (char& c : log) c = static_cast<char>(random());
    const size_t capacity = 1 + below(60);
    const size_t start = below(log.size());
    TailWindow window(static_cast<int64_t>(start), capacity);
    std::string seen;
    size_t live = 0;    // Bytes that exist.
    size_t stored = 0;  // Bytes that are committed.
    int steps = 0;
    while (start + seen.size() < log.size()) {
      ASSERT_LT(++steps, 100000) << seed;
      switch (below(6)) {
        case 0: {
          const size_t size = std::min(log.size() - live, below(40));
          if (below(4) != 0) {
            window.Offer(static_cast<int64_t>(live), log.substr(live, size));
          }
          live += size;
          break;
        }
        case 1:
          stored += below(live - stored + 1);
          break;
        case 2: {
          const size_t from = below(live + 1);
          window.Offer(static_cast<int64_t>(from), log.substr(from, below(live - from + 1)));
          break;
        }
        case 3:
          if (below(3) == 0) window.Stored(static_cast<int64_t>(below(stored + 1)));
          if (live == log.size() && stored == live && below(4) == 0) {
            window.EndAt(static_cast<int64_t>(stored));
          }
          break;
        default:
          break;
      }
      ASSERT_LE(window.size(), capacity) << seed;
      ASSERT_EQ(static_cast<size_t>(window.next()), start + seen.size()) << seed;
      switch (window.Next()) {
        case Source::kLive: {
          const std::string bytes = window.Take(1 + below(50));
          ASSERT_FALSE(bytes.empty()) << seed;
          seen += bytes;
          break;
        }
        case Source::kStore: {
          const size_t from = static_cast<size_t>(window.next());
          ASSERT_LT(from, stored) << seed;
          const std::string read = log.substr(from, std::min(stored - from, 1 + below(50)));
          if (below(2) == 0) {
            const size_t at = below(live + 1);
            window.Offer(static_cast<int64_t>(at), log.substr(at, live - at));
          }
          const std::string wanted = window.TakeStored(static_cast<int64_t>(from), read);
          ASSERT_FALSE(wanted.empty()) << seed;
          seen += wanted;
          break;
        }
        case Source::kNone:
          break;
      }
      ASSERT_EQ(seen, log.substr(start, seen.size())) << seed;
    }
    ASSERT_EQ(seen, log.substr(start)) << seed;
  }
}

}  // namespace
}  // namespace kozmic
