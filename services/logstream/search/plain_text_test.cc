#include "services/logstream/search/plain_text.h"

#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace kozmic {
namespace {

TEST(PlainTextTest, IsWhatAReaderSees) {
  EXPECT_EQ(PlainText("plain\ttext"), "plain\ttext");
  EXPECT_EQ(PlainText("\x1b[1;31merr\x1b[0mor"), "error");
  EXPECT_EQ(PlainText("\x1b]8;;https://a.example/\x1b\\link\x1b]8;;\x07 text"), "link text");
  EXPECT_EQ(PlainText("a\x1b(Bb\x1b=c\x1bPignored\x1b\\d"), "abcd");
  EXPECT_EQ(PlainText("10%\r20%\r"), "10%\n20%\n");
  EXPECT_EQ(PlainText("a\bb\x01"
                      "c\x7f"),
            "abc");
  EXPECT_EQ(PlainText("\xc3\xa4\xff"), "\xc3\xa4\xff");
}

TEST(PlainTextTest, BadInput51ASequenceThatDoesNotEndIsLeftOutForAWhile) {
  EXPECT_EQ(PlainText("a\x1b[31"), "a");
  EXPECT_EQ(PlainText("a\x1b"), "a");
  EXPECT_EQ(PlainText("a\x1b[3\x18z"), "az");
  const std::string text = PlainText("\x1b]0;" + std::string(10'000, 'x'));
  EXPECT_EQ(text.size(), 10'000u - (4096 - 2));
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// What is found is what the browser's viewer shows: both read the same logs.
class CorpusTest : public ::testing::TestWithParam<const char*> {};

TEST_P(CorpusTest, SaysWhatTheViewerShows) {
  const std::string path = std::string("frontend/src/log/corpus/") + GetParam();
  const std::string log = ReadFile(path + ".log");
  std::string rows;
  for (const TextLine& line : SplitLines(log)) {
    std::string row = PlainText(log.substr(line.begin, line.end - line.begin));
    // Of a line that ends as on Windows.
    if (!row.empty() && row.back() == '\n') row.pop_back();
    rows += row + "\n";
  }
  EXPECT_EQ(rows, ReadFile(path + ".txt"));
}

// Without "controls" and "malformed": what cannot be shown is U+FFFD there, and left out or as it
// is here; without "long_line", which is cut by characters there and by bytes here; and without
// "byte_order_mark", which is not shown.
INSTANTIATE_TEST_SUITE_P(Logs, CorpusTest,
                         ::testing::Values("colours", "crlf", "dropped", "empty", "groups",
                                           "hyperlinks", "markup", "only_newlines", "plain",
                                           "unfinished", "utf8"),
                         [](const auto& info) { return std::string(info.param); });

TEST(SplitLinesTest, LinesAreSplitAtTheirEndsAndWhenTheyAreVeryLong) {
  const auto describe = [](const std::vector<TextLine>& lines) {
    std::string text;
    for (const TextLine& line : lines) {
      absl::StrAppend(&text, line.begin, "-", line.end, line.whole ? "! " : " ");
    }
    return text;
  };
  EXPECT_EQ(describe(SplitLines("")), "");
  EXPECT_EQ(describe(SplitLines("a\n\nbc")), "0-1! 2-2! 3-5 ");
  EXPECT_EQ(describe(SplitLines(std::string(kLongestLine, 'x') + "\ny\n")),
            "0-65536! 65537-65538! ");
  EXPECT_EQ(describe(SplitLines(std::string(kLongestLine + 5, 'x') + "\n")),
            "0-65536 65536-65541! ");
}

// Any bytes: an answer, no longer than they are, without a control character.
TEST(PlainTextTest, WhateverTheBytesThereAreNoControlCharactersLeft) {
  const std::string favoured = "\x1b[]P\\;0m8\x07\r\x18 x";
  for (uint32_t seed = 0; seed < 20'000; ++seed) {
    std::mt19937 random(seed);
    std::string line(random() % 60, '\0');
    for (char& c : line) {
      c = random() % 3 == 0 ? static_cast<char>(random()) : favoured[random() % favoured.size()];
      if (c == '\n') c = ' ';
    }
    const std::string text = PlainText(line);
    ASSERT_LE(text.size(), line.size()) << "seed " << seed;
    for (const char c : text) {
      ASSERT_TRUE(c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= 0x20)
          << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace kozmic
