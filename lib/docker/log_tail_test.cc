#include "lib/docker/log_tail.h"

#include <string>

#include "gtest/gtest.h"

namespace kozmic::docker {
namespace {

std::string Frame(char stream, const std::string& text) {
  std::string frame = {stream, 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8) {
    frame += static_cast<char>(text.size() >> shift & 0xff);
  }
  return frame + text;
}

TEST(LogTailTest, JoinsBothStreamsHoweverTheyAreCut) {
  const std::string bytes =
      Frame(1, "one\n") + Frame(2, "two\n") + Frame(1, "") + Frame(1, std::string(300, 'x') + "\n");
  const std::string text = "one\ntwo\n" + std::string(300, 'x') + "\n";
  LogTail whole(1000);
  whole.Feed(bytes);
  EXPECT_EQ(whole.Text(), text);
  LogTail single(1000);
  for (const char byte : bytes) single.Feed(std::string(1, byte));
  EXPECT_EQ(single.Text(), text);
}

TEST(LogTailTest, KeepsWholeLinesOfTheEnd) {
  LogTail tail(10);
  tail.Feed(Frame(1, "aaaa\nbbbb\ncccc\n"));
  EXPECT_EQ(tail.Text(), "cccc\n");
  LogTail fits(10);
  fits.Feed(Frame(1, "bbbb\ncccc\n"));
  EXPECT_EQ(fits.Text(), "bbbb\ncccc\n");
  LogTail long_line(10);
  long_line.Feed(Frame(1, std::string(100, 'x') + "y"));
  EXPECT_EQ(long_line.Text(), "xxxxxxxxxy");
}

TEST(LogTailTest, NothingIsNothing) {
  LogTail tail(10);
  EXPECT_EQ(tail.Text(), "");
  tail.Feed(std::string(3, '\0'));
  EXPECT_EQ(tail.Text(), "");
}

}  // namespace
}  // namespace kozmic::docker
